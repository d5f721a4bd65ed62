/**
 * Load drivers against a running stack. Each prints what it measured beside its yardstick from the same run; none is a test,
 * and nothing here is timed in a build.
 *
 * <p>Imports the operator's client of {@code io.holdfast.system}, the gRPC contracts and gRPC itself.
 */
@NullMarked
package io.holdfast.system.load;

import org.jspecify.annotations.NullMarked;
