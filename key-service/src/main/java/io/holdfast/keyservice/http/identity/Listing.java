package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Paging;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sorting and paging of a list that is in memory. A page token is the order, and the sort key where the page before it
 * ended.
 */
final class Listing<T> {
    private static final String BY_TIME = "TIMECREATED";
    private static final String BY_NAME = "NAME";

    private final Function<T, String> sortKey;
    private final boolean ascending;
    /** What every token of this order begins with. */
    private final String order;

    /**
     * @param sortBy TIMECREATED or NAME; null means by time, newest first
     * @param sortOrder ASC or DESC; null means newest first by time, A first by name
     */
    Listing(
            @Nullable String sortBy,
            @Nullable String sortOrder,
            Function<T, String> id,
            Function<T, String> name,
            Function<T, Instant> created) {
        String by = sortBy == null ? BY_TIME : sortBy;
        boolean byTime = by.equals(BY_TIME);
        if (!byTime && !by.equals(BY_NAME)) {
            throw ProblemException.invalid("sortBy", "must be TIMECREATED or NAME");
        }
        if (sortOrder != null && !sortOrder.equals("ASC") && !sortOrder.equals("DESC")) {
            throw ProblemException.invalid("sortOrder", "must be ASC or DESC");
        }
        this.ascending = sortOrder == null ? !byTime : sortOrder.equals("ASC");
        this.order = by + (ascending ? "/ASC/" : "/DESC/");
        // The id makes the key of each item its own, so that no page boundary falls within equal keys.
        this.sortKey = byTime
                ? item ->
                        String.format(Locale.ROOT, "%020d/", created.apply(item).toEpochMilli()) + id.apply(item)
                : item -> name.apply(item).toLowerCase(Locale.ROOT) + "/" + id.apply(item);
    }

    /** @throws ProblemException INVALID_PARAMETER for a page token of another order */
    Response answer(List<T> items, Paging paging, Function<T, ?> document) {
        String position = paging.position();
        if (!position.isEmpty() && !position.startsWith(order)) {
            throw ProblemException.invalid("page", "is no page token of this list in this order");
        }
        String after = position.isEmpty() ? "" : position.substring(order.length());
        Comparator<T> ascent = Comparator.comparing(sortKey);
        List<T> behind = items.stream()
                .filter(item -> position.isEmpty()
                        || (ascending
                                ? sortKey.apply(item).compareTo(after) > 0
                                : sortKey.apply(item).compareTo(after) < 0))
                .sorted(ascending ? ascent : ascent.reversed())
                .limit(paging.limit() + 1L)
                .toList();
        boolean more = behind.size() > paging.limit();
        List<T> page = more ? behind.subList(0, paging.limit()) : behind;
        Response.ResponseBuilder response =
                Response.ok(page.stream().map(document).toList());
        if (more) {
            response.header(Paging.NEXT_PAGE, Paging.token(order + sortKey.apply(page.getLast())));
        }
        return response.build();
    }
}
