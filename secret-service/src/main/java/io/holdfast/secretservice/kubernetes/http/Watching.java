package io.holdfast.secretservice.kubernetes.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.access.AccessSession;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.secretservice.kubernetes.http.Access.Asked;
import io.holdfast.secretservice.kubernetes.http.KubernetesEndpoint.Target;
import io.holdfast.secretservice.kubernetes.http.Reading.Found;
import io.holdfast.secretservice.kubernetes.http.Reading.Selection;
import io.holdfast.secretservice.kubernetes.model.ApiRefusal;
import io.holdfast.secretservice.kubernetes.model.Json;
import io.holdfast.secretservice.kubernetes.model.ObjectText;
import io.holdfast.secretservice.kubernetes.model.Rendition;
import io.holdfast.secretservice.storage.ObjectStorage;
import io.holdfast.secretservice.storage.ObjectStorage.Continuation;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectPage;
import io.holdfast.secretservice.storage.ObjectStorage.ObjectWatcher;
import io.holdfast.secretservice.storage.ObjectStorage.StoredObject;
import io.holdfast.secretservice.storage.StorageRefusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * watch: one JSON event per line, each let through by the access session on its own.
 *
 * <p>An event whose access state was left behind is not sent: the caller is asked for again, and the storage is followed
 * again from the last event that was sent. A change of the access state ends the watches of those who may no longer, and so does
 * the end that a decision has of its own.
 */
final class Watching {
    /** Events that wait for a client that reads slowly; above it the storage is followed again from the last one sent. */
    private static final int QUEUE = 200;
    /** Bytes of values that wait; above it as above {@link #QUEUE}. */
    private static final long QUEUE_BYTES = 8L << 20;
    /** Watches of one cluster at the same time, per replica. */
    static final int MOST_PER_CLUSTER = 256;
    /** Refused deliveries in a row. */
    private static final int TRIES = 5;

    private static final long BOOKMARK_SECONDS = 60;
    private static final long SHORTEST_SECONDS = 1_800;
    private static final long LONGEST_SECONDS = 3_600;
    private static final long LONGEST_WISH_SECONDS = 24 * 3_600;
    /** Names that a selector is followed for; above it the watch ends and the client lists again. */
    private static final int MAX_FOLLOWED = 100_000;

    private final ObjectStorage storage;
    private final Access access;
    private final Supplier<Instant> clock;
    private final int mostPerCluster;
    private final Set<Stream> running = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<ClusterId, Integer> perCluster = new ConcurrentHashMap<>();

    Watching(ObjectStorage storage, AccessSession session, Access access, Supplier<Instant> clock, int mostPerCluster) {
        this.storage = storage;
        this.access = access;
        this.clock = clock;
        this.mostPerCluster = mostPerCluster;
        session.onChange(() -> running.forEach(Stream::accessChanged));
    }

    int running() {
        return running.size();
    }

    /**
     * Returns when the watch has ended. Refusals before its first byte are thrown; later ones are ERROR events.
     *
     * @throws ApiRefusal 429 when the cluster has as many watches as it may
     */
    void watch(Call call, Exchange exchange) {
        Stream stream = new Stream(call, exchange);
        ClusterId cluster = call.cluster().id();
        try {
            if (perCluster.merge(cluster, 1, Integer::sum) > mostPerCluster) {
                throw ApiRefusal.tooManyRequests("too many watches of this cluster are running; try again later");
            }
            // First, so that it is told of every change after its permission was asked for.
            running.add(stream);
            stream.run();
        } finally {
            running.remove(stream);
            perCluster.computeIfPresent(cluster, (id, count) -> count == 1 ? null : count - 1);
        }
    }

    /** What the storage's thread hands over. */
    sealed interface Item {
        /** @param bytes of the value */
        record Changed(ObjectWatcher.Change change, StoredObject object, int bytes) implements Item {}

        record Ended(@Nullable StorageRefusal cause) implements Item {}

        record Wake() implements Item {}
    }

    /** What waits for the client, and how many bytes of values are in it. */
    static final class Waiting {
        private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();
        private final AtomicLong bytes = new AtomicLong();

        void add(Item item) {
            if (item instanceof Item.Changed changed) {
                bytes.addAndGet(changed.bytes());
            }
            items.add(item);
        }

        /** A value that is larger than the bound waits alone, or it would never be sent. */
        boolean hasRoomFor(int more) {
            long now = bytes.get();
            return items.size() < QUEUE && (now == 0 || now + more <= QUEUE_BYTES);
        }

        @Nullable
        Item poll(long nanos) throws InterruptedException {
            return taken(items.poll(nanos, TimeUnit.NANOSECONDS));
        }

        @Nullable
        Item poll() {
            return taken(items.poll());
        }

        private @Nullable Item taken(@Nullable Item item) {
            if (item instanceof Item.Changed changed) {
                bytes.addAndGet(-changed.bytes());
            }
            return item;
        }

        boolean isEmpty() {
            return items.isEmpty();
        }
    }

    /** One following of the storage. */
    static final class Followed implements ObjectWatcher {
        private final Waiting items;
        private final AtomicBoolean overflowed = new AtomicBoolean();
        private final AtomicBoolean dropped = new AtomicBoolean();

        Followed(Waiting items) {
            this.items = items;
        }

        @Override
        public void onChanged(Change change, StoredObject object) {
            int bytes = object.value().length();
            if (dropped.get() || overflowed.get() || !items.hasRoomFor(bytes)) {
                object.value().close();
                if (!overflowed.getAndSet(true)) {
                    items.add(new Item.Wake());
                }
            } else {
                items.add(new Item.Changed(change, object, bytes));
            }
        }

        @Override
        public void onEnded(@Nullable StorageRefusal cause) {
            if (!dropped.get()) {
                items.add(new Item.Ended(cause));
            }
        }
    }

    private final class Stream {
        private final Call call;
        private final Exchange exchange;
        private final Rendition form;
        private final Selection selection;
        private final Asked asked;
        private final boolean bookmarks;
        private final Waiting items = new Waiting();
        private final AtomicBoolean accessChanged = new AtomicBoolean();
        /** Whom the selector selects, as far as the client knows. */
        private final Set<String> followed = new HashSet<>();
        /** Of the last revision: several objects may change in one. */
        private final Set<String> sentAtLast = new HashSet<>();

        private long last;
        /** The access state that the permission rests on, and its token. */
        private long decision;
        /** How long the permission holds where nothing changes. */
        private Validity permission = Validity.UNTIL_CHANGE;
        /** How long the token is good that the caller showed. */
        private Validity token;

        Stream(Call call, Exchange exchange) {
            this.call = call;
            this.exchange = exchange;
            this.form = Reading.form(call);
            this.selection = named(call, Selection.of(call));
            this.asked = Reading.asked(call, "watch", selection);
            this.bookmarks = call.request().flag("allowWatchBookmarks");
            this.token = Validity.ofMillis(call.holder().expiresAtMillis());
            if (form instanceof Rendition.Protobuf) {
                throw ApiRefusal.notAcceptable();
            }
        }

        void accessChanged() {
            if (!accessChanged.getAndSet(true)) {
                items.add(new Item.Wake());
            }
        }

        void run() {
            relyOn(access.require(call, asked));
            last = call.number("resourceVersion");
            String wish = call.request().parameter("sendInitialEvents");
            boolean initial = initial(wish);
            long seconds = call.number("timeoutSeconds");
            if (seconds == 0) {
                seconds = ThreadLocalRandom.current().nextLong(SHORTEST_SECONDS, LONGEST_SECONDS);
            }
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Math.min(seconds, LONGEST_WISH_SECONDS));
            exchange.closed().thenRun(() -> items.add(new Item.Wake()));
            ObjectPage first = null;
            if (initial) {
                first = storage.list(call.cluster().id(), call.resource(), call.namespace(), null, Reading.PAGE);
                if (last > first.listRevision()) {
                    closeAll(first);
                    throw ApiRefusal.tooLargeResourceVersion(last, first.listRevision());
                }
            } else if (!selection.isAll()) {
                learn(last);
            }
            try {
                if (first != null) {
                    exchange.begin(ObjectText.JSON);
                    if (!sendAll(first, deadline)) {
                        return;
                    }
                    if (!wish.isEmpty() && bookmarks) {
                        bookmark(true);
                    }
                    follow(deadline, false);
                } else {
                    follow(deadline, true);
                }
            } catch (Begun failure) {
                exchange.chunk(
                        line(KubernetesEndpoint.errorEvent(KubernetesEndpoint.status(
                                failure.cause, new Target(call.kind(), call.namespace(), call.name(), false)))),
                        0);
                exchange.end();
            }
        }

        /** Nanoseconds until an end by the wall clock, at most so many; 0 when it is over. */
        private long until(Validity validity, long most) {
            if (validity.end().isEmpty()) {
                return most;
            }
            Duration left = Duration.between(clock.get(), validity.end().get());
            return left.isNegative() ? 0 : left.compareTo(Duration.ofNanos(most)) < 0 ? left.toNanos() : most;
        }

        /** Whether nobody is to be sent anything any longer: the client's time is up, or its token's. Ends what has not ended. */
        private boolean over(long deadline) {
            if (exchange.closed().isDone()) {
                return true;
            }
            if (System.nanoTime() - deadline >= 0 || token.isOverAt(clock.get())) {
                exchange.end();
                return true;
            }
            return false;
        }

        private boolean initial(String wish) {
            String match = call.request().parameter("resourceVersionMatch");
            if (wish.isEmpty()) {
                if (!match.isEmpty()) {
                    throw ApiRefusal.badRequest(
                            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
                }
                return last == 0;
            }
            if (!match.equals("NotOlderThan")) {
                throw ApiRefusal.badRequest("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
            }
            boolean initial = call.request().flag("sendInitialEvents");
            if (initial && !bookmarks) {
                throw ApiRefusal.badRequest("sendInitialEvents requires allowWatchBookmarks");
            }
            return initial || last == 0;
        }

        /** Which objects the selector selected at the revision that the client starts from. */
        private void learn(long revision) {
            Continuation from = Reading.start(call, revision);
            do {
                ObjectPage page =
                        storage.list(call.cluster().id(), call.resource(), call.namespace(), from, Reading.PAGE);
                try {
                    for (StoredObject stored : page.objects()) {
                        ObjectNode object = Reading.opened(call.kind(), stored).object();
                        if (selection.matches(object)) {
                            remember(key(stored));
                        }
                        ObjectText.wipe(object);
                    }
                } finally {
                    closeAll(page);
                }
                from = page.next();
            } while (from != null && !exchange.closed().isDone());
        }

        /** @return false when the watch is over already */
        private boolean sendAll(ObjectPage first, long deadline) {
            ObjectPage page = first;
            while (true) {
                try {
                    last = page.listRevision();
                    for (StoredObject stored : page.objects()) {
                        if (over(deadline)) {
                            return false;
                        }
                        sendInitial(stored);
                    }
                } finally {
                    closeAll(page);
                }
                Continuation next = page.next();
                if (next == null) {
                    return true;
                }
                page = begun(
                        () -> storage.list(call.cluster().id(), call.resource(), call.namespace(), next, Reading.PAGE));
            }
        }

        private void sendInitial(StoredObject stored) {
            StoredObject current = stored;
            for (int attempt = 0; attempt < TRIES; attempt++) {
                StoredObject now = current;
                Found found = begun(() -> Reading.opened(call.kind(), now));
                if (!selection.matches(found.object())) {
                    ObjectText.wipe(found.object());
                    return;
                }
                if (send("ADDED", found)) {
                    remember(key(stored));
                    return;
                }
                reauthorize();
                try {
                    current = begun(() ->
                            storage.read(call.cluster().id(), call.resource(), stored.namespace(), stored.name()));
                } catch (Begun gone) {
                    if (gone.cause instanceof StorageRefusal.ObjectUnknown) {
                        // Deleted since the list: no event of it was sent, so none is owed.
                        return;
                    }
                    throw gone;
                }
            }
            throw new Begun(ApiRefusal.unavailable("the access state keeps changing; watch again"));
        }

        /** @param begin whether the head of the answer is still to be sent, once the storage follows */
        private void follow(long deadline, boolean begin) {
            boolean toBegin = begin;
            int refusals = 0;
            long nextBookmark = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOOKMARK_SECONDS);
            while (true) {
                Followed following = new Followed(items);
                long from = sentAtLast.isEmpty() ? last : last - 1;
                AutoCloseable watch;
                if (toBegin) {
                    watch = storage.watch(call.cluster().id(), call.resource(), call.namespace(), from, following);
                    exchange.begin(ObjectText.JSON);
                    toBegin = false;
                } else {
                    watch = begun(() ->
                            storage.watch(call.cluster().id(), call.resource(), call.namespace(), from, following));
                }
                try {
                    boolean again = false;
                    while (!again) {
                        if (over(deadline)) {
                            return;
                        }
                        long now = System.nanoTime();
                        if (bookmarks && now - nextBookmark >= 0) {
                            bookmark(false);
                            nextBookmark = now + TimeUnit.SECONDS.toNanos(BOOKMARK_SECONDS);
                        }
                        long wait = bookmarks ? Math.min(deadline - now, nextBookmark - now) : deadline - now;
                        Item item = poll(until(permission, until(token, Math.max(0, wait))));
                        requireAllowed(item);
                        switch (item) {
                            case null -> {}
                            case Item.Wake wake -> again = following.overflowed.get() && items.isEmpty();
                            case Item.Ended ended -> {
                                if (ended.cause() != null) {
                                    throw new Begun(ended.cause());
                                }
                                exchange.end();
                                return;
                            }
                            case Item.Changed changed -> {
                                if (handle(changed)) {
                                    refusals = 0;
                                } else if (++refusals >= TRIES) {
                                    throw new Begun(
                                            ApiRefusal.unavailable("the access state keeps changing; watch again"));
                                } else {
                                    reauthorize();
                                    again = true;
                                }
                            }
                        }
                    }
                } finally {
                    following.dropped.set(true);
                    close(watch);
                    drop();
                }
            }
        }

        private @Nullable Item poll(long nanos) {
            try {
                return items.poll(nanos);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new Begun(ApiRefusal.unavailable("the service is stopping; watch again"));
            }
        }

        private void drop() {
            for (Item item = items.poll(); item != null; item = items.poll()) {
                if (item instanceof Item.Changed changed) {
                    changed.object().value().close();
                }
            }
        }

        private static void close(AutoCloseable watch) {
            try {
                watch.close();
            } catch (RuntimeException broken) {
                throw broken;
            } catch (Exception broken) {
                throw new IllegalStateException("a watch of the storage cannot be closed", broken);
            }
        }

        /** Sends what the event means to this client; false when its access state was left behind. */
        private boolean handle(Item.Changed changed) {
            StoredObject stored = changed.object();
            String key = key(stored);
            if (stored.revision() < last || (stored.revision() == last && sentAtLast.contains(key))) {
                stored.value().close();
                return true;
            }
            Found found = begun(() -> Reading.opened(call.kind(), stored));
            boolean matches = selection.matches(found.object());
            boolean known = selection.isAll() || followed.contains(key);
            String type =
                    switch (changed.change()) {
                        case DELETED -> known || matches ? "DELETED" : "";
                        case ADDED -> matches ? "ADDED" : "";
                        case MODIFIED -> matches ? (known ? "MODIFIED" : "ADDED") : (known ? "DELETED" : "");
                    };
            if (type.isEmpty()) {
                ObjectText.wipe(found.object());
            } else if (!send(type, found)) {
                return false;
            }
            if (type.equals("DELETED")) {
                followed.remove(key);
            } else if (!type.isEmpty()) {
                remember(key);
            }
            if (stored.revision() > last) {
                last = stored.revision();
                sentAtLast.clear();
            }
            sentAtLast.add(key);
            return true;
        }

        private void remember(String key) {
            if (selection.isAll()) {
                return;
            }
            if (followed.size() >= MAX_FOLLOWED) {
                throw new Begun(ApiRefusal.expired("too many objects match the selector of this watch; list again"));
            }
            followed.add(key);
        }

        /** Asks again, when the access state has changed or the decision has come to its own end. */
        private void requireAllowed() {
            if (accessChanged.getAndSet(false) || permission.isOverAt(clock.get())) {
                reauthorize();
            }
        }

        /** As above, before an item is handled: the refusal leaves nothing of it behind. */
        private void requireAllowed(@Nullable Item item) {
            try {
                requireAllowed();
            } catch (Begun refused) {
                if (item instanceof Item.Changed changed) {
                    changed.object().value().close();
                }
                throw refused;
            }
        }

        /** Asks again who the caller is and whether it may, under the access state of now. */
        private void reauthorize() {
            begun(() -> {
                ClusterTokens.Holder holder =
                        access.authenticate(call.cluster().id(), call.request().header("authorization"));
                token = Validity.ofMillis(holder.expiresAtMillis());
                relyOn(access.require(call, asked));
                if (permission.isOverAt(clock.get())) {
                    throw ApiRefusal.unavailable("decisions are over when they arrive; watch again");
                }
                return holder;
            });
        }

        private void relyOn(Decision allowed) {
            decision = allowed.stateRevision();
            permission = allowed.holdsUntil();
        }

        private boolean send(String type, Found found) {
            try {
                requireAllowed();
            } catch (Begun refused) {
                ObjectText.wipe(found.object());
                throw refused;
            }
            ObjectNode event = Json.object().put("type", type);
            event.set("object", Rendition.one(form, call.kind(), found.object(), clock.get()));
            byte[] line = line(Json.write(event));
            ObjectText.wipe(found.object());
            long revision = found.stateRevision() == 0 ? 0 : Math.min(found.stateRevision(), decision);
            return exchange.chunk(line, revision);
        }

        private void bookmark(boolean endOfInitial) {
            requireAllowed();
            ObjectNode meta = Json.object().put("resourceVersion", Long.toString(last));
            if (endOfInitial) {
                meta.putObject("annotations").put("k8s.io/initial-events-end", "true");
            }
            ObjectNode object = Json.object();
            switch (form) {
                case Rendition.Table table ->
                    object.put("kind", "Table")
                            .put("apiVersion", "meta.k8s.io/" + table.version())
                            .putArray("rows");
                case Rendition.Partial partial ->
                    object.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/" + partial.version());
                case Rendition.Objects plain ->
                    object.put("kind", call.kind().kind()).put("apiVersion", "v1");
                case Rendition.Protobuf none -> throw ApiRefusal.notAcceptable();
            }
            object.set("metadata", meta);
            ObjectNode event = Json.object().put("type", "BOOKMARK");
            event.set("object", object);
            exchange.chunk(line(Json.write(event)), 0);
        }

        /** Runs what may be refused once the head of the answer has left. */
        private <T> T begun(Supplier<T> step) {
            try {
                return step.get();
            } catch (Begun already) {
                throw already;
            } catch (RuntimeException refusal) {
                throw new Begun(refusal);
            }
        }
    }

    /** A failure that can only be told as an ERROR event. */
    private static final class Begun extends RuntimeException {
        final RuntimeException cause;

        Begun(RuntimeException cause) {
            super(cause.getMessage(), cause, false, false);
            this.cause = cause;
        }
    }

    /** A watch on one object's own path is a watch of its collection, narrowed to its name. */
    private static Selection named(Call call, Selection selection) {
        if (call.name().isEmpty()) {
            return selection;
        }
        return new Selection(
                selection.labels(),
                io.holdfast.secretservice.kubernetes.model.FieldSelector.parse(
                        call.kind(), "metadata.name=" + call.name()));
    }

    /** Those that were opened already are closed already. */
    private static void closeAll(ObjectPage page) {
        page.objects().forEach(stored -> stored.value().close());
    }

    private static String key(StoredObject stored) {
        return stored.namespace() + "/" + stored.name();
    }

    /** Takes over the text and wipes it. */
    private static byte[] line(byte[] text) {
        byte[] line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        Arrays.fill(text, (byte) 0);
        return line;
    }
}
