package io.holdfast.keyservice.http;

import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Paging;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * Sorts and pages a list as OCI does: by TIMECREATED (newest first unless asked otherwise) or DISPLAYNAME. A page token
 * names the last item of the page before.
 */
final class Listing {
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

    /** How to sort a thing. */
    record Sorting<T>(Function<T, String> id, Function<T, String> name, Function<T, Instant> timeCreated) {}

    static <T, S> RestResponse<List<S>> answer(List<T> all, Query query, Sorting<T> by, Function<T, S> summary) {
        Paging paging = Paging.of(query.limit(), query.page());
        SortBy sortBy = Fields.oneOf(query.sortBy(), "sortBy", SortBy.class).orElse(SortBy.TIMECREATED);
        SortOrder order = Fields.oneOf(query.sortOrder(), "sortOrder", SortOrder.class)
                .orElse(sortBy == SortBy.TIMECREATED ? SortOrder.DESC : SortOrder.ASC);
        Comparator<T> ascending =
                switch (sortBy) {
                    case TIMECREATED -> Comparator.comparing(by.timeCreated()).thenComparing(by.id());
                    case DISPLAYNAME -> Comparator.comparing(by.name()).thenComparing(by.id());
                };
        List<T> sorted = all.stream()
                .sorted(order == SortOrder.ASC ? ascending : ascending.reversed())
                .toList();
        int from = paging.position().isEmpty() ? 0 : after(sorted, by.id(), paging.position());
        int to = Math.min(sorted.size(), from + paging.limit());
        List<S> page = sorted.subList(from, to).stream().map(summary).toList();
        RestResponse.ResponseBuilder<List<S>> response = RestResponse.ResponseBuilder.ok(page);
        next(sorted, by.id(), to).ifPresent(token -> response.header(Paging.NEXT_PAGE, token));
        return response.build();
    }

    private static <T> int after(List<T> sorted, Function<T, String> id, String position) {
        for (int i = 0; i < sorted.size(); i++) {
            if (id.apply(sorted.get(i)).equals(position)) {
                return i + 1;
            }
        }
        throw ProblemException.invalid("page", "is no page token of this list");
    }

    private static <T> Optional<String> next(List<T> sorted, Function<T, String> id, int to) {
        return to > 0 && to < sorted.size()
                ? Optional.of(Paging.token(id.apply(sorted.get(to - 1))))
                : Optional.empty();
    }
}
