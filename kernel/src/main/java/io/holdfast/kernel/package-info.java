/**
 * The words every Holdfast module shares: typed identifiers, the problem catalogue, secret bytes and the clock.
 *
 * <p>Pure Java. Imports nothing but the JDK.
 */
@NullMarked
package io.holdfast.kernel;

import org.jspecify.annotations.NullMarked;
