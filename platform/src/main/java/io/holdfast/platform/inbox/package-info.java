/**
 * The idempotent consumer: a high-water mark per source and partition, read committed, one message at a time.
 *
 * <p>Imports kernel, events (the codec, no single event), the store port and SmallRye's Kafka metadata.
 */
@NullMarked
package io.holdfast.platform.inbox;

import org.jspecify.annotations.NullMarked;
