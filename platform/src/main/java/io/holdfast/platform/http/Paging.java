package io.holdfast.platform.http;

import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.store.Page;
import io.holdfast.platform.store.Scan;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code limit} and {@code page} of a list request. A page token is opaque to clients; it is where the previous page
 * ended, below the list's own prefix, so a token made up by a client reaches nothing else.
 *
 * @param limit 1 to {@value #MOST}, {@value #USUAL} when the client names none
 * @param position where the previous page ended, empty for the first
 */
public record Paging(int limit, String position) {
    /** The response header with the next page's token. */
    public static final String NEXT_PAGE = "opc-next-page";

    public static final int MOST = 1000;
    public static final int USUAL = 100;
    /** Room for a name of 255 characters and an OCID. */
    private static final int LONGEST_TOKEN = 2048;

    /** @throws ProblemException INVALID_PARAMETER for a limit out of bounds or a token that is none of ours */
    public static Paging of(@Nullable Integer limit, @Nullable String page) {
        int asked = limit == null ? USUAL : limit;
        if (asked < 1 || asked > MOST) {
            throw ProblemException.invalid("limit", "must be 1 to " + MOST);
        }
        if (page == null || page.isEmpty()) {
            return new Paging(asked, "");
        }
        if (page.length() > LONGEST_TOKEN) {
            throw ProblemException.invalid("page", "is no page token of this list");
        }
        try {
            String position = new String(Base64.getUrlDecoder().decode(page), StandardCharsets.UTF_8);
            if (position.isEmpty() || position.chars().anyMatch(Character::isISOControl)) {
                throw ProblemException.invalid("page", "is no page token of this list");
            }
            return new Paging(asked, position);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid("page", "is no page token of this list");
        }
    }

    /** The scan of this page under a prefix. */
    public Scan under(String prefix) {
        Scan scan = Scan.of(prefix, limit);
        return position.isEmpty() ? scan : scan.after(prefix + position);
    }

    /** The token of the page behind this one, empty behind the last. */
    public static Optional<String> next(String prefix, Page page) {
        if (!page.more() || page.values().isEmpty()) {
            return Optional.empty();
        }
        String last = page.values().get(page.values().size() - 1).key();
        return Optional.of(token(last.substring(prefix.length())));
    }

    /** A token for a position of the caller's own making. */
    public static String token(String position) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(position.getBytes(StandardCharsets.UTF_8));
    }
}
