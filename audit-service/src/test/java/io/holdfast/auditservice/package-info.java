/**
 * The audit service as a whole, on real Kafka and PostgreSQL.
 *
 * <p>May import everything of the service.
 */
@NullMarked
package io.holdfast.auditservice;

import org.jspecify.annotations.NullMarked;
