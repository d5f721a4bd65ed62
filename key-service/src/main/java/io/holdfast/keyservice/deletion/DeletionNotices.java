package io.holdfast.keyservice.deletion;

import io.holdfast.events.KeyEvent;
import io.holdfast.keyservice.store.DueDeletions;
import io.holdfast.keyservice.store.DueDeletions.Due;
import io.holdfast.keyservice.store.DueDeletions.DueKey;
import io.holdfast.keyservice.store.DueDeletions.DueVault;
import io.holdfast.keyservice.store.DueDeletions.DueVersion;
import io.holdfast.keyservice.store.DueDeletions.Order;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Warns of deletions that are near: 7 days, 1 day and 1 hour before, each once. A warning that came due before the
 * deletion was asked for is left out, and of several that came due while nobody looked only the nearest is given.
 *
 * <p>A version whose key is deleted is gone already: it is forgotten and not warned of.
 *
 * <p>Deletions in a vault elsewhere are warned of likewise; asked for is what they are when they show here.
 */
@ApplicationScoped
public class DeletionNotices {
    private static final Logger LOG = Logger.getLogger(DeletionNotices.class);
    /** From the nearest to the farthest. */
    private static final List<Duration> BEFORE = List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(7));

    private static final int REMEMBERED = 10_000;

    private final DueDeletions due;
    /** What need not be asked of etcd again; used by one thread. */
    private final Set<String> given = new HashSet<>();

    public DeletionNotices(DueDeletions due) {
        this.due = due;
    }

    /** Gives the warnings that are due. */
    void give(Instant now) {
        Instant until = now.plus(BEFORE.getLast());
        for (Order order : Order.values()) {
            due.forEachUntil(order, until, each -> {
                notice(each, now).ifPresent(before -> give(order, each, before));
                // Nobody here deletes by it: once its time has come it is of no use.
                if (order == Order.ELSEWHERE && !each.time().isAfter(now)) {
                    due.forget(order, each);
                }
            });
        }
    }

    static Optional<Duration> notice(Due deletion, Instant now) {
        if (!deletion.time().isAfter(now)) {
            return Optional.empty();
        }
        return BEFORE.stream()
                .filter(before -> !deletion.time().minus(before).isAfter(now))
                .findFirst()
                .filter(before ->
                        deletion.scheduledAt().isBefore(deletion.time().minus(before)));
    }

    private void give(Order order, Due deletion, Duration before) {
        String notice = before.toDays() > 0 ? "P" + before.toDays() + "D" : before.toString();
        String name = deletion.id().value() + deletion.time() + notice;
        if (given.contains(name)) {
            return;
        }
        if (deletion instanceof DueVersion version && due.forgetIfGone(order, version)) {
            return;
        }
        if (due.noticeOnce(order, deletion, notice, event(deletion, notice))) {
            LOG.warnv("To be deleted soon. resource={0} time={1}", deletion.id().value(), deletion.time());
        }
        // Only now: what could not be given is tried again.
        if (given.size() >= REMEMBERED) {
            given.clear();
        }
        given.add(name);
    }

    private static KeyEvent event(Due deletion, String notice) {
        return switch (deletion) {
            case DueKey key -> new KeyEvent.KeyDeletionApproaching(key.id(), key.time(), notice);
            case DueVersion version ->
                new KeyEvent.KeyVersionDeletionApproaching(version.key(), version.id(), version.time(), notice);
            case DueVault vault -> new KeyEvent.VaultDeletionApproaching(vault.id(), vault.time(), notice);
        };
    }
}
