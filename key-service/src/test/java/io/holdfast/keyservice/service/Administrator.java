package io.holdfast.keyservice.service;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.Validity;
import io.holdfast.keyservice.Samples;
import io.holdfast.keyservice.access.StateRevision;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.Transaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands in for identity in the tests of vaults and keys: whoever sends {@code authorization: administrator} is the
 * administrator, and everybody may do everything except what a test forbids. Signatures and policies have their own tests.
 */
final class Administrator {
    static final Caller CALLER = new Caller("user", Samples.MINT.user().value(), "administrator", Samples.TENANCY, "");

    private Administrator() {}

    @Alternative
    @ApplicationScoped
    public static class SignedIn implements Authenticator {
        @Override
        public Caller authenticate(SignedRequest request) {
            if (!request.authorization().equals("administrator")) {
                throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
            }
            return CALLER;
        }
    }

    @Alternative
    @ApplicationScoped
    public static class Allows implements Authorizer {
        private final StateRevision state;
        private final KeyValueStore store;
        private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
        private final Map<CompartmentId, TenancyId> placed = new ConcurrentHashMap<>();

        public Allows(StateRevision state, KeyValueStore store) {
            this.state = state;
            this.store = store;
        }

        /** Forbids a permission, a principal or a target key, as a change of policy would. */
        public void forbid(String what) {
            forbidden.add(what);
            store.commit(Transaction.builder().with(state.raise()).build());
        }

        public void allow(String what) {
            forbidden.remove(what);
            store.commit(Transaction.builder().with(state.raise()).build());
        }

        /** Puts a compartment into a tenancy; any other is of the tenancy of whoever asks. */
        public void place(CompartmentId compartment, TenancyId tenancy) {
            placed.put(compartment, tenancy);
        }

        @Override
        public Decision decide(
                Caller caller,
                String operation,
                List<String> permissions,
                CompartmentId compartment,
                Map<String, String> variables) {
            long revision = state.current();
            boolean denied = permissions.stream().anyMatch(forbidden::contains)
                    || forbidden.contains(caller.id())
                    || forbidden.contains(compartment.value())
                    || variables.values().stream().anyMatch(forbidden::contains);
            return new Decision(
                    !denied,
                    denied ? "forbidden by the test" : "",
                    revision,
                    Validity.UNTIL_CHANGE,
                    Optional.of(placed.getOrDefault(compartment, caller.tenancyId())));
        }
    }
}
