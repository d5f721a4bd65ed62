/**
 * Where key material lives: the port, the root keys, the built-in vault under them, and the opened material in memory.
 *
 * <p>Imports domain, store, envelope and kernel, and the store port.
 */
@NullMarked
package io.holdfast.keyservice.vault;

import org.jspecify.annotations.NullMarked;
