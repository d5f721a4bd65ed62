/**
 * The trail in PostgreSQL: one transaction per event, serialised on the head of the chain.
 *
 * <p>Imports trail, domain, kernel, JDBC and platform's store failures.
 */
@NullMarked
package io.holdfast.auditservice.store;

import org.jspecify.annotations.NullMarked;
