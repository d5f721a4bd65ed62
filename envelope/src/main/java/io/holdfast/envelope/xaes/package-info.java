/**
 * XAES-256-GCM, the AEAD with a nonce long enough to be random for ever.
 *
 * <p>May import {@code io.holdfast.kernel} and {@code jca} of this module.
 */
@NullMarked
package io.holdfast.envelope.xaes;

import org.jspecify.annotations.NullMarked;
