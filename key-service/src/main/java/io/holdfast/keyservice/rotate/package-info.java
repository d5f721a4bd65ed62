/**
 * Creating keys and rotating them.
 *
 * <p>Imports domain, store, vault and the access barrier.
 */
@NullMarked
package io.holdfast.keyservice.rotate;

import org.jspecify.annotations.NullMarked;
