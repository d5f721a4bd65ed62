/**
 * The trail on a real PostgreSQL, damaged by hand.
 *
 * <p>May import everything of the service.
 */
@NullMarked
package io.holdfast.auditservice.store;

import org.jspecify.annotations.NullMarked;
