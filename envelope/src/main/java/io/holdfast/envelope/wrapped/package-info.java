/**
 * The wrapped DEK: a small payload under a master key version, with the names of both in front.
 *
 * <p>May import {@code io.holdfast.kernel} and {@code xaes} of this module.
 */
@NullMarked
package io.holdfast.envelope.wrapped;

import org.jspecify.annotations.NullMarked;
