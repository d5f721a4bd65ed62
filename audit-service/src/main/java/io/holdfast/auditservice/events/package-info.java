/**
 * What comes out of Kafka: events of all families, and what others could not decode.
 *
 * <p>Imports trail, domain, events (the families and the codec) and platform's inbox.
 */
@NullMarked
package io.holdfast.auditservice.events;

import org.jspecify.annotations.NullMarked;
