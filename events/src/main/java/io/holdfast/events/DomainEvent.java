package io.holdfast.events;

/**
 * A fact that has happened, as it stands in the {@code data} of a CloudEvent.
 *
 * <p>The CloudEvents {@code type} is {@code io.holdfast.<RecordName>.v1}. A released type never changes: a new shape is
 * a new version beside the old one.
 */
public sealed interface DomainEvent permits KeyEvent, IdentityEvent, ClusterEvent, SecretEvent, UseEvent {

    /** The topic of the event's family, and with it the owner. */
    Family family();

    /** The OCID of the aggregate: the CloudEvents subject and the Kafka record key. */
    String subject();
}
