/**
 * Names, tags, schedules and compartments of vaults and keys.
 *
 * <p>Imports domain and store.
 */
@NullMarked
package io.holdfast.keyservice.describe;

import org.jspecify.annotations.NullMarked;
