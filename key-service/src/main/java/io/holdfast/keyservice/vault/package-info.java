/**
 * Where key material lives: the port, the built-in vault under a root key, and the opened material in memory.
 *
 * <p>Imports domain, envelope and kernel, and the store port.
 */
@NullMarked
package io.holdfast.keyservice.vault;

import org.jspecify.annotations.NullMarked;
