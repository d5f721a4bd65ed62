/**
 * The framing of a value that Kubernetes' KMS v1 provider stores in etcd.
 *
 * <p>May import {@code io.holdfast.kernel} and {@code io.holdfast.envelope}.
 */
@NullMarked
package io.holdfast.envelope.kmsv1;

import org.jspecify.annotations.NullMarked;
