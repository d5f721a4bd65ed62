/**
 * The policy language: statements as values, parsing with positions, printing, limits.
 *
 * <p>Imports kernel, the ANTLR runtime and the generated grammar; knows no permission and no policy.
 */
@NullMarked
package io.holdfast.iam.language;

import org.jspecify.annotations.NullMarked;
