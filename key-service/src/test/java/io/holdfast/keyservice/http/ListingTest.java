package io.holdfast.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.http.Listing.Query;
import io.holdfast.keyservice.http.Listing.Sorting;
import io.holdfast.platform.http.Paging;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ListingTest {
    private record Thing(String id, String name, Instant made) {}

    private static final Instant MADE = Instant.parse("2026-11-24T21:40:30.123Z");
    private static final Sorting<Thing> BY = new Sorting<>(Thing::id, KeyId::new, Thing::name, Thing::made);

    @Test
    void everyOrderIsPagedThroughOnceAlsoWhereKeysAreEqual() {
        List<Thing> things = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            things.add(thing("n/" + i / 4, MADE.plusMillis(i / 3).plusNanos(i)));
        }
        for (String by : List.of("TIMECREATED", "DISPLAYNAME")) {
            List<String> ascending = walk(things, by, "ASC");
            assertThat(ascending)
                    .containsExactlyInAnyOrderElementsOf(
                            things.stream().map(Thing::id).toList());
            assertThat(walk(things, by, "DESC")).isEqualTo(ascending.reversed());
        }
        assertThat(walk(things, null, null)).isEqualTo(walk(things, "TIMECREATED", "DESC"));
        assertThat(walk(things, "DISPLAYNAME", null)).isEqualTo(walk(things, "DISPLAYNAME", "ASC"));
    }

    @Test
    void thePageGoesOnBehindItsPlaceWhateverBecameOfTheItemThere() {
        List<Thing> things = new ArrayList<>(List.of(thing("a"), thing("b"), thing("c"), thing("d")));
        Query first = new Query(2, null, "DISPLAYNAME", null);
        String token = token(things, first);
        Query second = new Query(2, token, "DISPLAYNAME", null);

        Thing last = things.remove(1);
        assertThat(names(things, second)).containsExactly("c", "d");
        things.add(new Thing(last.id(), "z", last.made()));
        assertThat(names(things, second)).containsExactly("c", "d");
        things.set(3, new Thing(last.id(), "0", last.made()));
        assertThat(names(things, second)).containsExactly("c", "d");
    }

    @Test
    void aTokenHoldsWhatItsItemShowsAndNoMore() {
        List<Thing> things = List.of(
                thing("a", MADE.plusNanos(456_789)), thing("b", MADE.plusMillis(1)), thing("c", MADE.plusMillis(2)));
        assertThat(text(token(things, new Query(1, null, "TIMECREATED", "ASC"))))
                .isEqualTo("TIMECREATED/ASC/00" + MADE.toEpochMilli() + "/"
                        + things.getFirst().id());
        assertThat(text(token(things, new Query(1, null, "DISPLAYNAME", "DESC"))))
                .isEqualTo("DISPLAYNAME/DESC/c/" + things.getLast().id());
    }

    @Test
    void theLongestNameHasATokenThatIsTaken() {
        String longest = "\u20ac".repeat(Fields.LONGEST_NAME);
        List<Thing> things = List.of(thing(longest), thing(longest), thing(longest));
        assertThat(walk(things, "DISPLAYNAME", "ASC")).hasSize(3);
    }

    @Test
    void aNameThatIsNoUnicodeEndsNoPageTwice() {
        List<Thing> things = List.of(thing("a\ud83d"), thing("a\ude00"), thing("b\ud83d"));
        assertThat(walk(things, "DISPLAYNAME", "ASC")).doesNotHaveDuplicates().hasSize(3);
        assertThat(walk(things, "DISPLAYNAME", "DESC")).doesNotHaveDuplicates().hasSize(3);
    }

    @Test
    void aTokenOfAnotherOrderOrListIsRefused() {
        List<Thing> things = List.of(thing("a"), thing("b"), thing("c"));
        String token = token(things, new Query(1, null, "DISPLAYNAME", "ASC"));
        refused(things, new Query(1, token, "DISPLAYNAME", "DESC"), BY);
        refused(things, new Query(1, token, "TIMECREATED", "ASC"), BY);
        refused(things, new Query(1, token, null, null), BY);
        refused(
                things,
                new Query(1, token, "DISPLAYNAME", "ASC"),
                new Sorting<>(Thing::id, VaultId::new, Thing::name, Thing::made));
    }

    @Test
    void whatIsNoTokenIsRefused() {
        List<Thing> things = List.of(thing("a"), thing("b"));
        String id = things.getFirst().id();
        String good = "TIMECREATED/ASC/001700000000000/" + id;
        listing(things, new Query(1, Paging.token(good), "TIMECREATED", "ASC"), BY);
        for (String bad : List.of(
                id,
                "TIMECREATED",
                "TIMECREATED/ASC/",
                "TIMECREATED/ASC/" + id,
                "TIMECREATED/ASC//" + id,
                "TIMECREATED/ASC/1700000000000/" + id,
                "TIMECREATED/ASC/-01700000000000/" + id,
                "TIMECREATED/ASC/001700000000000/0/" + id,
                "TIMECREATED/ASC/\u0660\u0660\u0661700000000000/" + id,
                "TIMECREATED/ASC/001700000000000/",
                "TIMECREATED/ASC/001700000000000/x",
                "timecreated/ASC/001700000000000/" + id,
                good + "/",
                good + " ")) {
            refused(things, new Query(1, Paging.token(bad), "TIMECREATED", "ASC"), BY);
        }
        byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
        for (String bad : List.of(
                "nonsense",
                "%",
                Base64.getUrlEncoder().encodeToString((good + "x").getBytes(StandardCharsets.UTF_8)) + "=",
                Base64.getMimeEncoder().encodeToString(bytes),
                Paging.token(good) + "A")) {
            refused(things, new Query(1, bad, "TIMECREATED", "ASC"), BY);
        }
        byte[] noUnicode = ("DISPLAYNAME/ASC/?/" + id).getBytes(StandardCharsets.UTF_8);
        noUnicode["DISPLAYNAME/ASC/".length()] = (byte) 0xff;
        refused(
                things,
                new Query(1, Base64.getUrlEncoder().withoutPadding().encodeToString(noUnicode), "DISPLAYNAME", "ASC"),
                BY);
    }

    private static Thing thing(String name) {
        return thing(name, MADE);
    }

    private static Thing thing(String name, Instant made) {
        return new Thing(Samples.MINT.key(Samples.VAULT).value(), name, made);
    }

    private static RestResponse<List<Thing>> listing(List<Thing> things, Query query, Sorting<Thing> by) {
        return Listing.answer(things, query, by, Function.identity());
    }

    private static @Nullable String next(RestResponse<?> answer) {
        return answer.getHeaderString(Paging.NEXT_PAGE);
    }

    private static String token(List<Thing> things, Query query) {
        String token = next(listing(things, query, BY));
        assertThat(token).isNotNull();
        return token;
    }

    private static String text(String token) {
        return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    }

    private static List<String> names(List<Thing> things, Query query) {
        return listing(things, query, BY).getEntity().stream().map(Thing::name).toList();
    }

    private static List<String> walk(List<Thing> things, @Nullable String by, @Nullable String order) {
        List<String> seen = new ArrayList<>();
        String page = null;
        do {
            RestResponse<List<Thing>> answer = listing(things, new Query(2, page, by, order), BY);
            answer.getEntity().forEach(thing -> seen.add(thing.id()));
            page = next(answer);
        } while (page != null && seen.size() <= things.size());
        return seen;
    }

    private static void refused(List<Thing> things, Query query, Sorting<Thing> by) {
        assertThatThrownBy(() -> listing(things, query, by)).isInstanceOfSatisfying(ProblemException.class, e -> {
            assertThat(e.code()).isEqualTo(ProblemCode.INVALID_PARAMETER);
            assertThat(e).hasMessageContaining("page");
        });
    }
}
