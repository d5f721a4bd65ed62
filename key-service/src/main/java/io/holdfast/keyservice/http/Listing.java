package io.holdfast.keyservice.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Paging;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * Sorts and pages a list as OCI does: by TIMECREATED (newest first unless asked otherwise) or DISPLAYNAME. A page token
 * holds the order and the place in it where the page ended, so that the next page goes on behind that place whatever has
 * become of the item there.
 */
final class Listing {
    private static final Pattern TIME = Pattern.compile("[0-9]{15}");
    private static final String NO_TOKEN = "is no page token of this list in this order";

    private Listing() {}

    enum SortBy {
        TIMECREATED,
        DISPLAYNAME
    }

    enum SortOrder {
        ASC,
        DESC
    }

    /** The query parameters of a list operation, as received. */
    record Query(
            @Nullable Integer limit,
            @Nullable String page,
            @Nullable String sortBy,
            @Nullable String sortOrder) {}

    /**
     * How to sort a thing. What it is sorted by is in page tokens, in clear: nothing that the list does not show.
     *
     * @param idOf reads an id; throws a {@link ProblemException} for what is none of such a thing
     */
    record Sorting<T>(
            Function<T, String> id,
            Function<String, ? extends Ocid> idOf,
            Function<T, String> name,
            Function<T, Instant> timeCreated) {}

    private record Order(SortBy by, SortOrder direction) {
        static Order of(Query query) {
            SortBy by = Fields.oneOf(query.sortBy(), "sortBy", SortBy.class).orElse(SortBy.TIMECREATED);
            return new Order(
                    by,
                    Fields.oneOf(query.sortOrder(), "sortOrder", SortOrder.class)
                            .orElse(by == SortBy.TIMECREATED ? SortOrder.DESC : SortOrder.ASC));
        }

        <T> Place place(T item, Sorting<T> sorting) {
            String key =
                    switch (by) {
                        // To the millisecond, as summaries show it; the width makes the order of texts that of times.
                        case TIMECREATED ->
                            String.format(
                                    Locale.ROOT,
                                    "%015d",
                                    sorting.timeCreated().apply(item).toEpochMilli());
                        // In the spelling that a token has: half of a surrogate pair is a question mark there.
                        case DISPLAYNAME ->
                            new String(sorting.name().apply(item).getBytes(UTF_8), UTF_8);
                    };
            return new Place(key, sorting.id().apply(item));
        }

        Comparator<Place> comparator() {
            Comparator<Place> ascending = Comparator.comparing(Place::key).thenComparing(Place::id);
            return direction == SortOrder.ASC ? ascending : ascending.reversed();
        }

        String token(Place place) {
            return Paging.token(prefix() + place.key() + "/" + place.id());
        }

        /** @throws ProblemException INVALID_PARAMETER for what {@link #token} does not make in this order */
        Place place(@Nullable String token, String position, Function<String, ? extends Ocid> idOf) {
            // Names may have slashes, ids have none.
            int slash = position.lastIndexOf('/');
            if (!position.startsWith(prefix()) || slash < prefix().length()) {
                throw ProblemException.invalid("page", NO_TOKEN);
            }
            Place place = new Place(position.substring(prefix().length(), slash), position.substring(slash + 1));
            boolean made = token(place).equals(token)
                    && isId(place.id(), idOf)
                    && (by == SortBy.DISPLAYNAME || TIME.matcher(place.key()).matches());
            if (!made) {
                throw ProblemException.invalid("page", NO_TOKEN);
            }
            return place;
        }

        private static boolean isId(String id, Function<String, ? extends Ocid> idOf) {
            return Operations.parse(id, idOf).isPresent();
        }

        private String prefix() {
            return by + "/" + direction + "/";
        }
    }

    /** @param id tells apart what has the same key */
    private record Place(String key, String id) {}

    private record Placed<T>(T item, Place place) {}

    static <T, S> RestResponse<List<S>> answer(List<T> all, Query query, Sorting<T> sorting, Function<T, S> summary) {
        Paging paging = Paging.of(query.limit(), query.page());
        Order order = Order.of(query);
        Optional<Place> after = paging.position().isEmpty()
                ? Optional.empty()
                : Optional.of(order.place(query.page(), paging.position(), sorting.idOf()));
        Comparator<Place> comparator = order.comparator();
        List<Placed<T>> rest = all.stream()
                .map(item -> new Placed<>(item, order.place(item, sorting)))
                .filter(item -> after.isEmpty() || comparator.compare(item.place(), after.get()) > 0)
                .sorted(Comparator.comparing(Placed::place, comparator))
                .limit(paging.limit() + 1L)
                .toList();
        boolean more = rest.size() > paging.limit();
        List<Placed<T>> page = more ? rest.subList(0, paging.limit()) : rest;
        RestResponse.ResponseBuilder<List<S>> response = RestResponse.ResponseBuilder.ok(
                page.stream().map(Placed::item).map(summary).toList());
        if (more) {
            response.header(Paging.NEXT_PAGE, order.token(page.getLast().place()));
        }
        return response.build();
    }
}
