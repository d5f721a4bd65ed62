package io.holdfast.platform.store;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.PutOption;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The port on jetcd. Thread safe.
 *
 * <p>Reads that meet an unreachable member are repeated within the request timeout; transactions never are, unless etcd
 * refused the authentication token, which is renewed.
 */
public final class EtcdStore implements KeyValueStore {
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);
    private static final int LARGEST_ANSWER = 32 * 1024 * 1024;
    /** Beyond the deadline that gRPC keeps: for the thread that completes the future. */
    private static final long GRACE_MILLIS = 1000;

    private static final int RETRIES = 3;

    private final Client client;
    private final KV kv;
    private final Duration timeout;
    private final String probeKey;
    private final List<String> members;
    private final Set<AutoCloseable> running = ConcurrentHashMap.newKeySet();

    private EtcdStore(Client client, Duration timeout, String probeKey, List<String> members) {
        this.client = client;
        this.members = List.copyOf(members);
        this.kv = client.getKVClient();
        this.timeout = timeout;
        this.probeKey = probeKey;
    }

    /**
     * Opens a store; does not connect yet.
     *
     * @throws IllegalArgumentException when the configuration is incomplete or out of bounds
     */
    public static EtcdStore open(EtcdConfig config) {
        List<String> endpoints = config.endpoints()
                .filter(list -> !list.isEmpty())
                .orElseThrow(() -> new IllegalArgumentException("holdfast.etcd.endpoints is required"));
        Duration timeout = config.requestTimeout();
        if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("holdfast.etcd.request-timeout must be 100 ms to 1 min");
        }
        ClientBuilder builder = Client.builder()
                .endpoints(endpoints.stream().map(String::trim).map(URI::create).toArray(URI[]::new))
                .waitForReady(true)
                .connectTimeout(timeout)
                .keepaliveTime(Duration.ofSeconds(10))
                .keepaliveTimeout(Duration.ofSeconds(5))
                .keepaliveWithoutCalls(true)
                .maxInboundMessageSize(LARGEST_ANSWER)
                .retryChronoUnit(ChronoUnit.MILLIS)
                .retryDelay(20)
                .retryMaxDelay(200)
                .retryMaxAttempts(RETRIES)
                .retryMaxDuration(timeout)
                .interceptor(new CallBounds(timeout));
        if (config.user().isPresent()) {
            String password = config.passwordFile()
                    .map(EtcdStore::readPassword)
                    .orElseThrow(() -> new IllegalArgumentException("holdfast.etcd.password-file is required"));
            builder.user(utf8(config.user().get())).password(utf8(password));
        }
        return new EtcdStore(
                builder.build(),
                timeout,
                config.probeKey(),
                endpoints.stream().map(String::trim).toList());
    }

    private static String readPassword(java.nio.file.Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (IOException failure) {
            throw new UncheckedIOException("holdfast.etcd.password-file " + file, failure);
        }
    }

    @Override
    public Optional<StoredValue> get(String key) {
        GetResponse answer = read("get", kv.get(utf8(key)));
        return answer.getKvs().stream().findFirst().map(EtcdStore::stored);
    }

    @Override
    public Page scan(Scan scan) {
        ByteSequence from = scan.after().isEmpty() ? utf8(scan.prefix()) : utf8(scan.after() + '\0');
        int limit = scan.limit();
        while (true) {
            GetOption.Builder option = GetOption.builder()
                    .withRange(OptionsUtil.prefixEndOf(utf8(scan.prefix())))
                    .withLimit(limit)
                    .withRevision(scan.revision())
                    .withKeysOnly(scan.keysOnly());
            if (scan.order() == Scan.Order.CREATION) {
                option.withSortField(GetOption.SortTarget.CREATE).withSortOrder(GetOption.SortOrder.ASCEND);
            }
            CompletableFuture<GetResponse> asked = kv.get(from, option.build());
            GetResponse answer;
            try {
                answer = await(asked);
            } catch (ExecutionException | TimeoutException failure) {
                if (limit > 1 && EtcdFailures.isTooLargeAnAnswer(failure)) {
                    // Few but large values: a smaller page says "more", nothing is lost.
                    limit = limit / 2;
                    continue;
                }
                throw EtcdFailures.ofRead("scan", failure);
            }
            return new Page(
                    answer.getKvs().stream().map(EtcdStore::stored).toList(),
                    scan.revision() == 0 ? answer.getHeader().getRevision() : scan.revision(),
                    answer.isMore(),
                    answer.getCount());
        }
    }

    @Override
    public long count(String prefix) {
        GetOption option = GetOption.builder()
                .withRange(OptionsUtil.prefixEndOf(utf8(prefix)))
                .withCountOnly(true)
                .build();
        return read("count", kv.get(utf8(prefix), option)).getCount();
    }

    @Override
    public long sizeInBytes() {
        long largest = 0;
        for (String member : members) {
            largest = Math.max(
                    largest,
                    read("status", client.getMaintenanceClient().statusMember(member))
                            .getDbSize());
        }
        return largest;
    }

    @Override
    public long revision() {
        GetOption option = GetOption.builder().withCountOnly(true).build();
        return read("revision", kv.get(utf8(probeKey), option)).getHeader().getRevision();
    }

    @Override
    public TransactionResult commit(Transaction transaction) {
        List<Op> reads = new ArrayList<>();
        for (String key : transaction.reads()) {
            reads.add(Op.get(utf8(key), GetOption.DEFAULT));
        }
        List<Op> operations = new ArrayList<>(reads);
        for (Transaction.Write write : transaction.writes()) {
            operations.add(
                    switch (write) {
                        case Transaction.Write.Put put ->
                            Op.put(
                                    utf8(put.key()),
                                    bytes(put.value()),
                                    PutOption.builder()
                                            .withLeaseId(put.leaseId())
                                            .build());
                        case Transaction.Write.Delete delete -> Op.delete(utf8(delete.key()), DeleteOption.DEFAULT);
                    });
        }
        Cmp[] conditions =
                transaction.conditions().stream().map(EtcdStore::compare).toArray(Cmp[]::new);
        CompletableFuture<TxnResponse> asked = kv.txn()
                .If(conditions)
                .Then(operations.toArray(Op[]::new))
                .Else(reads.toArray(Op[]::new))
                .commit();
        TxnResponse answer;
        try {
            answer = await(asked);
        } catch (ExecutionException | TimeoutException failure) {
            throw EtcdFailures.ofCommit(failure);
        }
        long revision = answer.getHeader().getRevision();
        List<StoredValue> read = answer.getGetResponses().stream()
                .flatMap(found -> found.getKvs().stream())
                .map(EtcdStore::stored)
                .toList();
        if (!answer.isSucceeded()) {
            return new TransactionResult.Refused(revision, read);
        }
        transaction.committed(revision);
        return new TransactionResult.Committed(revision, read);
    }

    private static Cmp compare(Transaction.Condition condition) {
        ByteSequence key = utf8(condition.key());
        return switch (condition) {
            case Transaction.Condition.Absent absent -> new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(0));
            case Transaction.Condition.Present present -> new Cmp(key, Cmp.Op.GREATER, CmpTarget.version(0));
            case Transaction.Condition.Unchanged unchanged ->
                new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(unchanged.modRevision()));
            case Transaction.Condition.Equal equal -> new Cmp(key, Cmp.Op.EQUAL, CmpTarget.value(bytes(equal.value())));
        };
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        EtcdWatch watch = new EtcdWatch(client.getWatchClient(), prefix, fromRevision, listener, running::remove);
        running.add(watch);
        watch.start();
        return watch;
    }

    @Override
    public Lease lease(Duration timeToLive) {
        long seconds = Math.max(1, timeToLive.toSeconds());
        TimeSource time = TimeSource.system();
        long asked = time.monotonicNanos();
        var granted = read("lease grant", client.getLeaseClient().grant(seconds));
        EtcdLease lease = new EtcdLease(
                client.getLeaseClient(), granted.getID(), granted.getTTL(), timeout, asked, time, running::remove);
        running.add(lease);
        lease.start();
        return lease;
    }

    @Override
    public long expiringLease(Duration timeToLive) {
        long seconds = Math.max(1, timeToLive.toSeconds());
        return read("lease grant", client.getLeaseClient().grant(seconds)).getID();
    }

    /** Ends watches and leases, then the connection. Idempotent. */
    @Override
    public void close() {
        for (AutoCloseable each : running) {
            try {
                each.close();
            } catch (Exception failure) {
                org.jboss.logging.Logger.getLogger(EtcdStore.class)
                        .warnf(failure, "Closing the store: %s did not end cleanly", each);
            }
        }
        client.close();
    }

    private <T> T read(String what, CompletableFuture<T> asked) {
        try {
            return await(asked);
        } catch (ExecutionException | TimeoutException failure) {
            throw EtcdFailures.ofRead(what, failure);
        }
    }

    private <T> T await(CompletableFuture<T> asked) throws ExecutionException, TimeoutException {
        try {
            return asked.get(timeout.toMillis() + GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ExecutionException("interrupted while waiting for etcd", interrupted);
        } catch (TimeoutException late) {
            asked.cancel(true);
            throw late;
        }
    }

    static StoredValue stored(KeyValue value) {
        return new StoredValue(
                value.getKey().toString(StandardCharsets.UTF_8),
                Bytes.takeOwnershipOf(value.getValue().getBytes()),
                value.getCreateRevision(),
                value.getModRevision());
    }

    static ByteSequence utf8(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static ByteSequence bytes(Bytes value) {
        return ByteSequence.from(value.toArray());
    }
}
