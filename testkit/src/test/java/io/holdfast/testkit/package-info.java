/**
 * Each part of the testkit started for real, used, broken and ended.
 *
 * <p>May import testkit and client libraries.
 */
@NullMarked
package io.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
