package io.holdfast.clusterservice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Paging;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SortedPageTest {
    private record Entry(String name, String id) {}

    private final List<Entry> all = List.of(
            new Entry("b/x", "3"),
            new Entry("a", "2"),
            new Entry("a", "1"),
            new Entry("c", "4"),
            new Entry("b/x", "0"));

    @Test
    void pagesThroughEverythingOnceInOrder() {
        assertThat(walk(false)).containsExactly("1", "2", "0", "3", "4");
        assertThat(walk(true)).containsExactly("4", "3", "0", "2", "1");
    }

    @Test
    void refusesATokenOfAnotherMaking() {
        assertThatThrownBy(() -> SortedPage.of(all, order(false), Paging.of(2, Paging.token("nonsense"))))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("page");
    }

    private List<String> walk(boolean descending) {
        List<String> seen = new ArrayList<>();
        Optional<String> token = Optional.empty();
        do {
            SortedPage<Entry> page = SortedPage.of(all, order(descending), Paging.of(2, token.orElse(null)));
            page.entries().forEach(entry -> seen.add(entry.id()));
            token = page.next();
        } while (token.isPresent() && seen.size() < 20);
        return seen;
    }

    private static SortedPage.Order<Entry> order(boolean descending) {
        return new SortedPage.Order<>(Entry::name, Entry::id, descending);
    }
}
