package io.holdfast.keyservice.http.identity;

import io.holdfast.kernel.ProblemException;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The {@code lifecycleState} of lists: any state that the Identity API has, also where nothing here is ever in it. */
final class LifecycleFilter {
    private static final List<String> STATES = List.of("CREATING", "ACTIVE", "INACTIVE", "DELETING", "DELETED");

    private LifecycleFilter() {}

    /**
     * @param wanted null for all
     * @throws ProblemException INVALID_PARAMETER for a state that the Identity API does not have
     */
    static <T> Predicate<T> of(@Nullable String wanted, Function<T, String> state) {
        if (wanted == null) {
            return item -> true;
        }
        if (!STATES.contains(wanted)) {
            throw ProblemException.invalid("lifecycleState", "must be one of " + String.join(", ", STATES));
        }
        return item -> wanted.equals(state.apply(item));
    }
}
