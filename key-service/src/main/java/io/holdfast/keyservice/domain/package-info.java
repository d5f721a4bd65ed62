/**
 * Vaults, master keys, key versions and bindings as states whose only methods are their legal transitions.
 *
 * <p>Imports kernel only.
 */
@NullMarked
package io.holdfast.keyservice.domain;

import org.jspecify.annotations.NullMarked;
