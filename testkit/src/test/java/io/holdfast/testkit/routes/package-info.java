/** The review of routes, reviewed. */
@NullMarked
package io.holdfast.testkit.routes;

import org.jspecify.annotations.NullMarked;
