/**
 * Identity and access: the policy language in {@code language}, its decisions in {@code decision}.
 *
 * <p>Pure Java. Imports kernel and the ANTLR runtime.
 */
@NullMarked
package io.holdfast.iam;

import org.jspecify.annotations.NullMarked;
