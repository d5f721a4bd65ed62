/**
 * Material that comes in and goes out: wrapping keys, unwrapping what customers bring, export.
 *
 * <p>Imports domain, store, vault, crypto and bindings.
 */
@NullMarked
package io.holdfast.keyservice.transfer;

import org.jspecify.annotations.NullMarked;
