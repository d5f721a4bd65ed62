/**
 * The configuration of vaults and keys.
 *
 * <p>Imports MicroProfile Config.
 */
@NullMarked
package io.holdfast.keyservice.config;

import org.jspecify.annotations.NullMarked;
