/**
 * The few JCA calls of this module, in one place: AES in three modes and HMAC, each on a fresh instance per call.
 *
 * <p>For this module only. May import {@code io.holdfast.envelope} and the JDK.
 */
@NullMarked
package io.holdfast.envelope.jca;

import org.jspecify.annotations.NullMarked;
