package io.holdfast.clusterservice.http;

import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Paging;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a sorted list. The page token is the place in the order where the page ended, so that what comes or goes
 * between two pages makes no other entry appear twice or be left out.
 */
record SortedPage<T>(List<T> entries, Optional<String> next) {

    /** How a list is sorted: by a text per entry, and by id where that is the same. */
    record Order<T>(Function<T, String> key, Function<T, String> id, boolean descending) {

        private Comparator<Place> comparator() {
            Comparator<Place> ascending = Comparator.comparing(Place::key).thenComparing(Place::id);
            return descending ? ascending.reversed() : ascending;
        }

        private Place place(T entry) {
            return new Place(key.apply(entry), id.apply(entry));
        }
    }

    private record Place(String key, String id) {
        /** OCIDs have no slash. */
        String token() {
            return key + "/" + id;
        }

        static Place of(String token) {
            int slash = token.lastIndexOf('/');
            if (slash < 0) {
                throw ProblemException.invalid("page", "is no page token of this list");
            }
            return new Place(token.substring(0, slash), token.substring(slash + 1));
        }
    }

    static boolean descending(@Nullable String sortOrder) {
        return sortOrder != null
                && Fields.oneOf("sortOrder", sortOrder.toUpperCase(Locale.ROOT), List.of("ASC", "DESC"))
                        .equals("DESC");
    }

    static <T> SortedPage<T> of(List<T> all, Order<T> order, Paging paging) {
        Comparator<Place> comparator = order.comparator();
        Optional<Place> after =
                paging.position().isEmpty() ? Optional.empty() : Optional.of(Place.of(paging.position()));
        List<T> rest = all.stream()
                .filter(entry -> after.isEmpty() || comparator.compare(order.place(entry), after.get()) > 0)
                .sorted(Comparator.comparing(order::place, comparator))
                .limit(paging.limit() + 1L)
                .toList();
        if (rest.size() <= paging.limit()) {
            return new SortedPage<>(rest, Optional.empty());
        }
        List<T> page = rest.subList(0, paging.limit());
        return new SortedPage<>(
                page, Optional.of(Paging.token(order.place(page.getLast()).token())));
    }
}
