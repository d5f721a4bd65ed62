package io.holdfast.auditservice.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Bytes;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class EntryTest {
    private static final Instant TIME = Instant.parse("2026-03-04T05:06:07.123456789Z");
    private static final Instant RECEIVED = Instant.parse("2026-03-04T05:06:08.000001Z");

    private static Fact fact() {
        return new Fact(
                "6f2d3a3e-0c0f-4a53-9b43-0b8e5f6d7c01",
                "/holdfast/keys",
                1,
                7,
                4711,
                "io.holdfast.KeyRotated.v1",
                "ocid1.key.oc1.iad.vault.key",
                TIME,
                "holdfast.keys.v1",
                0,
                42,
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "{\"keyVersionNumber\":2}");
    }

    /** Computed once, outside of this code, from the encoding in the Javadoc. A released encoding never changes. */
    @Test
    void the_encoding_is_frozen() {
        Entry first = Entry.behind(Head.GENESIS, fact(), RECEIVED);
        Entry second = Entry.behind(first.head(), fact(), RECEIVED);

        assertThat(hex(first.hash())).isEqualTo("93cedd0fceb9ae8683f1c0ad94a826eefaec59d68384b3e1e36efd943498d556");
        assertThat(hex(second.hash())).isEqualTo("8c3a92ff050bf79d1872bad7ab20197a37ea6ca295d6db633177ccd8ba196e94");
    }

    @Test
    void times_are_kept_in_what_the_store_holds() {
        Entry entry = Entry.behind(Head.GENESIS, fact(), TIME);

        assertThat(entry.fact().time()).isEqualTo(Instant.parse("2026-03-04T05:06:07.123456Z"));
        assertThat(entry.receivedAt()).isEqualTo(Instant.parse("2026-03-04T05:06:07.123456Z"));
        assertThat(entry.hashHolds()).isTrue();
    }

    @Test
    void a_change_of_any_field_shows() {
        Entry entry = Entry.behind(new Head(5, Bytes.copyOf(new byte[32])), fact(), RECEIVED);
        Fact f = entry.fact();
        List<UnaryOperator<Entry>> edits = List.of(
                e -> new Entry(9, f, e.receivedAt(), e.previousHash(), e.hash()),
                e -> new Entry(e.position(), f, RECEIVED.plusSeconds(1), e.previousHash(), e.hash()),
                e -> new Entry(e.position(), f, e.receivedAt(), Bytes.copyOf(new byte[] {1}), e.hash()),
                e -> with(
                        e,
                        new Fact(
                                "x",
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                "x",
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                2,
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                8,
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                1,
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                "x",
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                "x",
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                RECEIVED,
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                "x",
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                1,
                                f.offset(),
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                43,
                                f.traceparent(),
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                "",
                                f.data())),
                e -> with(
                        e,
                        new Fact(
                                f.id(),
                                f.source(),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                "{}")),
                // The boundary between two neighbours moves, the bytes do not.
                e -> with(
                        e,
                        new Fact(
                                f.id() + "/",
                                f.source().substring(1),
                                f.epoch(),
                                f.sequence(),
                                f.revision(),
                                f.type(),
                                f.subject(),
                                f.time(),
                                f.topic(),
                                f.partition(),
                                f.offset(),
                                f.traceparent(),
                                f.data())));

        assertThat(entry.hashHolds()).isTrue();
        for (int i = 0; i < edits.size(); i++) {
            assertThat(edits.get(i).apply(entry).hashHolds()).as("edit %d", i).isFalse();
        }
    }

    @Test
    void a_time_that_no_event_has_is_an_edit_and_no_failure() {
        Entry entry = Entry.behind(Head.GENESIS, fact(), RECEIVED);

        assertThat(new Entry(1, entry.fact(), OffsetDateTime.MAX.toInstant(), entry.previousHash(), entry.hash())
                        .hashHolds())
                .isFalse();
    }

    @Test
    void what_no_text_column_can_hold_is_refused() {
        Fact f = fact();
        Fact nul = new Fact("a\0b", f.source(), 1, 1, 1, f.type(), "", TIME, f.topic(), 0, 0, "", "{}");
        Fact unnumbered = new Fact("a", f.source(), 1, 0, 1, f.type(), "", TIME, f.topic(), 0, 0, "", "{}");
        Fact longest = new Fact("a".repeat(513), f.source(), 1, 1, 1, f.type(), "", TIME, f.topic(), 0, 0, "", "{}");

        assertThat(f.storable()).isSameAs(f);
        for (Fact unfit : List.of(nul, unnumbered, longest)) {
            assertThatThrownBy(unfit::storable).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Entry with(Entry entry, Fact fact) {
        return new Entry(entry.position(), fact, entry.receivedAt(), entry.previousHash(), entry.hash());
    }

    private static String hex(Bytes bytes) {
        return HexFormat.of().formatHex(bytes.toArray());
    }
}
