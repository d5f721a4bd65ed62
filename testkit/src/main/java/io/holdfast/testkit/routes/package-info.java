/**
 * The routes that a service declares, and what must hold of every one of them.
 *
 * <p>May import ArchUnit, which the tests of a service bring along.
 */
@NullMarked
package io.holdfast.testkit.routes;

import org.jspecify.annotations.NullMarked;
