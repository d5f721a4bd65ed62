/**
 * Data encryption of one value: AES-256-CBC as Kubernetes 1.10 to 1.24 wrote it, with a tag beside the key.
 *
 * <p>May import {@code io.holdfast.kernel}, {@code kmsv1} and {@code jca} of this module.
 */
@NullMarked
package io.holdfast.envelope.cbc;

import org.jspecify.annotations.NullMarked;
