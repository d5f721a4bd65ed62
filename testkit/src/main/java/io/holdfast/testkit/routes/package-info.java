/**
 * The routes that a service declares, and what must hold of every one of them.
 *
 * <p>May import ArchUnit, RestAssured, gRPC and Vert.x, which a service and its tests bring along.
 */
@NullMarked
package io.holdfast.testkit.routes;

import org.jspecify.annotations.NullMarked;
