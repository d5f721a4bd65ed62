package io.holdfast.events;

/**
 * A family of events: one topic, one owning service, one number line.
 *
 * <p>{@code source} is the CloudEvents source; {@code sequence} is contiguous within it.
 */
public enum Family {
    KEYS("holdfast.keys.v1", "/holdfast/keys"),
    IDENTITY("holdfast.identity.v1", "/holdfast/identity"),
    CLUSTERS("holdfast.clusters.v1", "/holdfast/clusters"),
    SECRETS("holdfast.secrets.v1", "/holdfast/secrets"),
    USES("holdfast.uses.v1", "/holdfast/uses");

    private final String topic;
    private final String source;

    Family(String topic, String source) {
        this.topic = topic;
        this.source = source;
    }

    public String topic() {
        return topic;
    }

    public String source() {
        return source;
    }
}
