package io.holdfast.auditservice.store;

import io.holdfast.auditservice.domain.DeadLetter;
import io.holdfast.auditservice.domain.Entry;
import io.holdfast.auditservice.domain.Fact;
import io.holdfast.auditservice.domain.Finding;
import io.holdfast.auditservice.domain.Head;
import io.holdfast.auditservice.domain.Place;
import io.holdfast.auditservice.domain.Place.Arrival;
import io.holdfast.auditservice.trail.EventFilter;
import io.holdfast.auditservice.trail.Trail;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.TimeSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * The trail in PostgreSQL.
 *
 * <p>An event, its mark, the head of the chain and what was found move in one transaction that begins by locking the head's
 * row, so replicas take turns and the chain has one end. The mark is judged under that lock: whoever read an event twice,
 * or beside another replica, finds it known.
 */
public final class PostgresTrail implements Trail {
    private static final String ENTRY =
            "position, id, source, epoch, sequence, revision, type, subject, time, received_at, topic, partition,"
                    + " record_offset, traceparent, data, previous_hash, hash";

    private final DataSource dataSource;
    private final TimeSource clock;
    private final int timeoutSeconds;

    /** @param statementTimeout of each statement, waiting for locks included; whole seconds, at least 1 */
    public PostgresTrail(DataSource dataSource, TimeSource clock, Duration statementTimeout) {
        if (statementTimeout.toSeconds() < 1) {
            throw new IllegalArgumentException("statement timeout of " + statementTimeout);
        }
        this.dataSource = dataSource;
        this.clock = clock;
        this.timeoutSeconds = Math.toIntExact(statementTimeout.toSeconds());
    }

    @Override
    public Outcome record(Fact fact) {
        Fact storable = fact.storable();
        return recordStorable(storable);
    }

    private Outcome recordStorable(Fact fact) {
        return inTransaction("record an event", connection -> {
            Head head = lockHead(connection);
            Place place = place(connection, fact.source(), fact.partition());
            Arrival arrival = place.judge(fact.epoch(), fact.sequence());
            if (arrival instanceof Arrival.Known) {
                return new Outcome.Known();
            }
            Instant now = clock.wall().truncatedTo(ChronoUnit.MICROS);
            Optional<Finding> finding = finding(arrival, fact.source(), place(fact), head, now);
            if (finding.isPresent()) {
                insert(connection, finding.get());
            }
            moveMark(connection, fact.source(), fact.partition(), place(fact));
            if (find(connection, fact.id()).isPresent()) {
                Finding repeated = new Finding(
                        Finding.Kind.REPEATED_ID,
                        fact.source(),
                        fact.epoch(),
                        fact.sequence(),
                        fact.sequence(),
                        head.position() + 1,
                        now);
                insert(connection, repeated);
                return new Outcome.Repeated(repeated);
            }
            Entry entry = Entry.behind(head, fact, now);
            insert(connection, entry);
            moveHead(connection, entry.head());
            return new Outcome.Recorded(entry, finding);
        });
    }

    @Override
    public void passBy(String source, int partition, Place to) {
        if (place(source, partition).judge(to.epoch(), to.sequence()) instanceof Arrival.Known) {
            // The usual case: the event's own transaction moved the mark.
            return;
        }
        inTransaction("pass by an event", connection -> {
            Head head = lockHead(connection);
            Arrival arrival = place(connection, source, partition).judge(to.epoch(), to.sequence());
            if (arrival instanceof Arrival.Known) {
                return false;
            }
            Instant now = clock.wall().truncatedTo(ChronoUnit.MICROS);
            Optional<Finding> before = finding(arrival, source, to, head, now);
            if (before.isPresent()) {
                insert(connection, before.get());
            }
            insert(
                    connection,
                    new Finding(
                            Finding.Kind.SET_ASIDE,
                            source,
                            to.epoch(),
                            to.sequence(),
                            to.sequence(),
                            head.position() + 1,
                            now));
            moveMark(connection, source, partition, to);
            return true;
        });
    }

    @Override
    public Place place(String source, int partition) {
        return reading("read a mark", connection -> place(connection, source, partition));
    }

    @Override
    public void keep(DeadLetter letter) {
        inTransaction("keep a dead letter", connection -> {
            try (PreparedStatement insert = prepare(
                    connection,
                    "insert into dead_letter (topic, partition, record_offset, received_at, headers, payload,"
                            + " payload_length, payload_sha256) values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing")) {
                insert.setString(1, letter.topic());
                insert.setInt(2, letter.partition());
                insert.setLong(3, letter.offset());
                insert.setObject(4, at(letter.receivedAt()));
                insert.setString(5, letter.headers());
                insert.setBytes(6, letter.payload().toArray());
                insert.setLong(7, letter.payloadLength());
                insert.setBytes(8, letter.payloadSha256().toArray());
                return insert.executeUpdate();
            }
        });
    }

    @Override
    public List<Entry> list(EventFilter filter, long after, int limit) {
        StringBuilder sql = new StringBuilder("select " + ENTRY + " from entry where position > ?");
        List<Object> values = new ArrayList<>();
        values.add(after);
        filter.from().ifPresent(from -> {
            sql.append(" and time >= ?");
            values.add(at(from));
        });
        filter.to().ifPresent(to -> {
            sql.append(" and time < ?");
            values.add(at(to));
        });
        if (!filter.types().isEmpty()) {
            sql.append(" and type = any (?)");
            values.add(filter.types().toArray(String[]::new));
        }
        filter.subject().ifPresent(subject -> {
            sql.append(" and subject = ?");
            values.add(subject);
        });
        filter.source().ifPresent(source -> {
            sql.append(" and source = ?");
            values.add(source);
        });
        sql.append(" order by position limit ?");
        values.add(bounded(limit));
        return reading("list entries", connection -> {
            try (PreparedStatement select = prepare(connection, sql.toString())) {
                for (int i = 0; i < values.size(); i++) {
                    if (values.get(i) instanceof String[] texts) {
                        select.setArray(i + 1, connection.createArrayOf("text", texts));
                    } else {
                        select.setObject(i + 1, values.get(i));
                    }
                }
                return entries(select);
            }
        });
    }

    @Override
    public Optional<Entry> find(String eventId) {
        return reading("find an entry", connection -> find(connection, eventId));
    }

    @Override
    public Optional<Head> at(long position) {
        return reading("read a hash", connection -> {
            try (PreparedStatement select = prepare(connection, "select hash from entry where position = ?")) {
                select.setLong(1, position);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(new Head(position, bytes(row, "hash"))) : Optional.empty();
                }
            }
        });
    }

    @Override
    public Extent extent() {
        return reading("read the head", connection -> {
            // One statement is one snapshot: a recording in between is seen whole or not at all.
            try (PreparedStatement select = prepare(
                            connection,
                            "select position, hash, (select count(*) from entry e where e.position > head.position) beyond,"
                                    + " (select count(*) from finding) findings,"
                                    + " (select count(*) from dead_letter) dead_letters from head");
                    ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    // Someone deleted it. Nothing is recorded any more; the report says that the end is unknown.
                    return new Extent(Head.GENESIS, Long.MAX_VALUE, 0, 0);
                }
                return new Extent(
                        new Head(row.getLong("position"), bytes(row, "hash")),
                        row.getLong("beyond"),
                        row.getLong("findings"),
                        row.getLong("dead_letters"));
            }
        });
    }

    @Override
    public List<Finding> findings(int limit) {
        return reading("list findings", connection -> {
            try (PreparedStatement select = prepare(
                    connection,
                    "select kind, source, epoch, first_sequence, last_sequence, before_position, found_at from finding"
                            + " order by number desc limit ?")) {
                select.setInt(1, bounded(limit));
                List<Finding> found = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        found.add(new Finding(
                                Finding.Kind.valueOf(row.getString("kind")),
                                row.getString("source"),
                                row.getLong("epoch"),
                                row.getLong("first_sequence"),
                                row.getLong("last_sequence"),
                                row.getLong("before_position"),
                                instant(row, "found_at")));
                    }
                }
                return List.copyOf(found);
            }
        });
    }

    @Override
    public Map<SourceLine, Long> repeated() {
        return reading("count repeated events", connection -> {
            try (PreparedStatement select = prepare(
                    connection, "select source, epoch, count(*) from finding where kind = ? group by source, epoch")) {
                select.setString(1, Finding.Kind.REPEATED_ID.name());
                Map<SourceLine, Long> counts = new TreeMap<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        counts.put(new SourceLine(row.getString(1), row.getLong(2)), row.getLong(3));
                    }
                }
                return counts;
            }
        });
    }

    private static Place place(Fact fact) {
        return new Place(fact.epoch(), fact.sequence());
    }

    /** What must be said when a source's line goes on at a place. */
    private static Optional<Finding> finding(Arrival arrival, String source, Place at, Head head, Instant now) {
        return switch (arrival) {
            case Arrival.Known known -> Optional.empty();
            case Arrival.Following following -> Optional.empty();
            case Arrival.Gap gap ->
                Optional.of(new Finding(
                        Finding.Kind.GAP,
                        source,
                        at.epoch(),
                        gap.firstMissing(),
                        gap.lastMissing(),
                        head.position() + 1,
                        now));
            case Arrival.Restored restored ->
                Optional.of(new Finding(
                        Finding.Kind.RESTORED,
                        source,
                        at.epoch(),
                        restored.fromSequence(),
                        at.sequence(),
                        head.position() + 1,
                        now));
        };
    }

    private Head lockHead(Connection connection) throws SQLException {
        try (PreparedStatement select = prepare(connection, "select position, hash from head for update");
                ResultSet row = select.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("the head of the chain is gone");
            }
            return new Head(row.getLong("position"), bytes(row, "hash"));
        }
    }

    private void moveHead(Connection connection, Head head) throws SQLException {
        try (PreparedStatement update = prepare(connection, "update head set position = ?, hash = ?")) {
            update.setLong(1, head.position());
            update.setBytes(2, head.hash().toArray());
            update.executeUpdate();
        }
    }

    private Place place(Connection connection, String source, int partition) throws SQLException {
        try (PreparedStatement select =
                prepare(connection, "select epoch, sequence from mark where source = ? and partition = ?")) {
            select.setString(1, source);
            select.setInt(2, partition);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? new Place(row.getLong("epoch"), row.getLong("sequence")) : Place.NONE;
            }
        }
    }

    private void moveMark(Connection connection, String source, int partition, Place to) throws SQLException {
        try (PreparedStatement upsert = prepare(
                connection,
                "insert into mark (source, partition, epoch, sequence) values (?, ?, ?, ?)"
                        + " on conflict (source, partition) do update set epoch = excluded.epoch,"
                        + " sequence = excluded.sequence")) {
            upsert.setString(1, source);
            upsert.setInt(2, partition);
            upsert.setLong(3, to.epoch());
            upsert.setLong(4, to.sequence());
            upsert.executeUpdate();
        }
    }

    private void insert(Connection connection, Entry entry) throws SQLException {
        Fact fact = entry.fact();
        try (PreparedStatement insert = prepare(
                connection,
                "insert into entry (" + ENTRY + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setLong(1, entry.position());
            insert.setString(2, fact.id());
            insert.setString(3, fact.source());
            insert.setLong(4, fact.epoch());
            insert.setLong(5, fact.sequence());
            insert.setLong(6, fact.revision());
            insert.setString(7, fact.type());
            insert.setString(8, fact.subject());
            insert.setObject(9, at(fact.time()));
            insert.setObject(10, at(entry.receivedAt()));
            insert.setString(11, fact.topic());
            insert.setInt(12, fact.partition());
            insert.setLong(13, fact.offset());
            insert.setString(14, fact.traceparent());
            insert.setString(15, fact.data());
            insert.setBytes(16, entry.previousHash().toArray());
            insert.setBytes(17, entry.hash().toArray());
            insert.executeUpdate();
        }
    }

    private void insert(Connection connection, Finding finding) throws SQLException {
        try (PreparedStatement insert = prepare(
                connection,
                "insert into finding (kind, source, epoch, first_sequence, last_sequence, before_position, found_at)"
                        + " values (?, ?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, finding.kind().name());
            insert.setString(2, finding.source());
            insert.setLong(3, finding.epoch());
            insert.setLong(4, finding.firstSequence());
            insert.setLong(5, finding.lastSequence());
            insert.setLong(6, finding.beforePosition());
            insert.setObject(7, at(finding.foundAt()));
            insert.executeUpdate();
        }
    }

    private Optional<Entry> find(Connection connection, String eventId) throws SQLException {
        try (PreparedStatement select = prepare(connection, "select " + ENTRY + " from entry where id = ?")) {
            select.setString(1, eventId);
            return entries(select).stream().findFirst();
        }
    }

    private static List<Entry> entries(PreparedStatement select) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                entries.add(new Entry(
                        row.getLong("position"),
                        new Fact(
                                row.getString("id"),
                                row.getString("source"),
                                row.getLong("epoch"),
                                row.getLong("sequence"),
                                row.getLong("revision"),
                                row.getString("type"),
                                row.getString("subject"),
                                instant(row, "time"),
                                row.getString("topic"),
                                row.getInt("partition"),
                                row.getLong("record_offset"),
                                row.getString("traceparent"),
                                row.getString("data")),
                        instant(row, "received_at"),
                        bytes(row, "previous_hash"),
                        bytes(row, "hash")));
            }
        }
        return List.copyOf(entries);
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(timeoutSeconds);
        return statement;
    }

    private static int bounded(int limit) {
        if (limit < 1 || limit > MOST_ENTRIES) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
        return limit;
    }

    private static OffsetDateTime at(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static Bytes bytes(ResultSet row, String column) throws SQLException {
        return Bytes.takeOwnershipOf(row.getBytes(column));
    }

    private <T> T reading(String what, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return work.on(connection);
        } catch (SQLException failure) {
            throw PostgresFailures.translate(what, failure);
        }
    }

    private <T> T inTransaction(String what, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.on(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException failure) {
                rollBack(connection, failure);
                throw failure;
            } finally {
                if (!connection.isClosed()) {
                    connection.setAutoCommit(true);
                }
            }
        } catch (SQLException failure) {
            throw PostgresFailures.translate(what, failure);
        }
    }

    private static void rollBack(Connection connection, Exception because) {
        try {
            connection.rollback();
        } catch (SQLException failure) {
            // The first failure is the one to tell; the server rolls back what a lost connection left open.
            because.addSuppressed(failure);
        }
    }

    /** What is done with a connection. */
    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }
}
