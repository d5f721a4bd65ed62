/**
 * Readiness and metrics of the trail.
 *
 * <p>Imports trail and domain.
 */
@NullMarked
package io.holdfast.auditservice.health;

import org.jspecify.annotations.NullMarked;
