/**
 * State and event in one etcd transaction, and the relay that carries the events to Kafka: one number line per family,
 * elected by lease, fenced by a transactional producer.
 *
 * <p>Imports kernel, events (the codec, no single event), the store port and the Kafka client.
 */
@NullMarked
package io.holdfast.platform.outbox;

import org.jspecify.annotations.NullMarked;
