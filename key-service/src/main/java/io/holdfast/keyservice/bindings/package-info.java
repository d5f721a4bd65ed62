/**
 * Bindings of clusters to master keys, and the one decision whether a binding may use its key.
 *
 * <p>Imports domain and small ports of identity and store.
 */
@NullMarked
package io.holdfast.keyservice.bindings;

import org.jspecify.annotations.NullMarked;
