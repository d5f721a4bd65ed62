package io.holdfast.platform.outbox;

import io.holdfast.events.Family;

/**
 * Where the outbox of one family stands in etcd.
 *
 * <p>Entries: {@code <prefix>/outbox/<slug>/<transaction>-<index>}; number line: {@code <prefix>/line/<slug>}; leader:
 * {@code <prefix>/leader/<slug>}. The slug of {@code /holdfast/keys} is {@code holdfast-keys}.
 */
record OutboxKeys(String prefix, Family family) {
    String slug() {
        return family.source().substring(1).replace('/', '-');
    }

    String entries() {
        return prefix + "/outbox/" + slug() + "/";
    }

    String entry(String transaction, int index) {
        return entries() + transaction + "-" + "%04d".formatted(index);
    }

    String line() {
        return prefix + "/line/" + slug();
    }

    String leader() {
        return prefix + "/leader/" + slug();
    }
}
