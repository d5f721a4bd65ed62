/**
 * The REST API: events by filter, one event, the verification.
 *
 * <p>Imports trail, domain, kernel and platform's edge; never the store.
 */
@NullMarked
package io.holdfast.auditservice.http;

import org.jspecify.annotations.NullMarked;
