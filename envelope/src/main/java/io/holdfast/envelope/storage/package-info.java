/**
 * The framing of a plain object in Kubernetes' etcd: the magic and {@code runtime.Unknown}, or JSON.
 *
 * <p>May import {@code io.holdfast.kernel} and {@code io.holdfast.envelope}.
 */
@NullMarked
package io.holdfast.envelope.storage;

import org.jspecify.annotations.NullMarked;
