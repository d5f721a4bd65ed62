/**
 * How a Secret looks at rest: Kubernetes' own formats, the encryption of a value under its own key, and that key wrapped.
 *
 * <p>Pure Java on JCA. May import {@code io.holdfast.kernel} and the JDK only.
 */
@NullMarked
package io.holdfast.envelope;

import org.jspecify.annotations.NullMarked;
