/**
 * The lexer and parser that ANTLR generates from {@code src/main/antlr4}; no hand-written code lives here.
 *
 * <p>Imports the ANTLR runtime. Only {@code io.holdfast.iam.language} uses it; a missing part of a tree is null.
 */
@NullUnmarked
package io.holdfast.iam.language.grammar;

import org.jspecify.annotations.NullUnmarked;
