/**
 * Encrypting and wrapping under master keys that are ENABLED.
 *
 * <p>Imports domain, store, vault, bindings, usage and envelope.
 */
@NullMarked
package io.holdfast.keyservice.crypto;

import org.jspecify.annotations.NullMarked;
