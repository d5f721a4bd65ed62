package io.holdfast.keyservice.http;

import io.holdfast.events.UseEvent;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.access.KeyUses;
import io.holdfast.keyservice.bindings.KeyUse;
import io.holdfast.keyservice.domain.MasterKey;
import io.holdfast.keyservice.domain.Vault;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.store.ChangeRequest;
import io.holdfast.keyservice.store.HeldKeys;
import io.holdfast.keyservice.store.KeyStore;
import io.holdfast.keyservice.store.Stored;
import io.holdfast.keyservice.store.UseStore;
import io.holdfast.keyservice.store.VaultStore;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Authorizer.Decision;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import io.holdfast.platform.http.RetryTokens;
import io.holdfast.platform.store.KeyValueStore;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoreFull;
import io.holdfast.platform.store.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What every operation of the API does first and last: finds and authorizes its target, remembers its retry token, and is
 * counted and logged by its outcome.
 */
@ApplicationScoped
public class Operations {
    private static final Logger LOG = Logger.getLogger(Operations.class);

    private final KeyStore store;
    private final HeldKeys held;
    private final VaultStore vaults;
    private final Authorizer authorizer;
    private final CurrentCaller caller;
    private final RetryTokens tokens;
    private final KeyUses uses;
    private final MeterRegistry meters;
    private final UseStore trail;
    private final Identity identity;

    public Operations(
            KeyStore store,
            HeldKeys held,
            VaultStore vaults,
            Authorizer authorizer,
            CurrentCaller caller,
            KeyUses uses,
            KeyValueStore etcd,
            UseStore trail,
            Identity identity,
            MeterRegistry meters) {
        this.store = store;
        this.held = held;
        this.vaults = vaults;
        this.authorizer = authorizer;
        this.caller = caller;
        this.uses = uses;
        this.tokens = new RetryTokens(etcd, "/holdfast/keys/retry/", TimeSource.system());
        this.trail = trail;
        this.identity = identity;
        this.meters = meters;
    }

    /** Runs an operation, counts its outcome and logs refusals and changes; never its input. */
    <T> T run(String operation, Supplier<T> body) {
        String outcome = ProblemCode.INTERNAL_SERVER_ERROR.code();
        try {
            T answer = body.get();
            outcome = "ok";
            return answer;
        } catch (ProblemException problem) {
            outcome = problem.code().code();
            throw problem;
        } catch (StoreUnavailable | OutcomeUnknown | StoreFull unavailable) {
            outcome = ProblemCode.SERVICE_UNAVAILABLE.code();
            throw unavailable;
        } finally {
            meters.counter("holdfast.keys.operations", "operation", operation, "outcome", outcome)
                    .increment();
            LOG.debugv("Operation ended. operation={0} outcome={1}", operation, outcome);
        }
    }

    /** The same for an operation that uses a key: see {@link KeyUses#run}. */
    <T> T use(String operation, Supplier<T> body) {
        return run(operation, () -> uses.run(body));
    }

    /**
     * Puts a use on record, before its answer, when its caller gave a logging context: asking for a record is what that is
     * for. Without one nothing is recorded.
     *
     * @throws ProblemException TOO_MANY_REQUESTS while the trail takes no records
     */
    void used(String operation, KeyId key, KeyVersionId version, Map<String, String> loggingContext) {
        if (!loggingContext.isEmpty()) {
            trail.record(new UseEvent.KeyUsed(
                    key, version, operation, loggingContext, caller.get().id()));
        }
    }

    /** Tells of a change that was made. */
    void tell(String operation, Ocid resource) {
        LOG.infov(
                "Changed. operation={0} resource={1} principal={2}",
                operation, resource.value(), caller.get().id());
    }

    Caller caller() {
        return caller.get();
    }

    /** To make something. */
    ChangeRequest creation(String operation, @Nullable String retryToken) {
        return request(operation, null, retryToken, null);
    }

    /** @param allowedIn the compartment that the resource was in when the caller was allowed to change it */
    ChangeRequest change(
            CompartmentId allowedIn, String operation, @Nullable String ifMatch, @Nullable String retryToken) {
        return request(operation, ifMatch, retryToken, allowedIn);
    }

    private ChangeRequest request(
            String operation,
            @Nullable String ifMatch,
            @Nullable String retryToken,
            @Nullable CompartmentId allowedIn) {
        Caller who = caller.get();
        String digest = caller.digest();
        return new ChangeRequest(
                who,
                ifMatch,
                () -> tokens.begin(who, operation, retryToken, digest),
                identity.rightOfRequest(),
                allowedIn);
    }

    /** The key that the path names, for a caller who may do this with it. */
    Stored<MasterKey> key(String operation, String permission, String pathId) {
        Stored<MasterKey> key = parse(pathId, KeyId::new).flatMap(store::key).orElseThrow(ProblemException::notFound);
        authorizer.require(
                caller.get(),
                operation,
                List.of(permission),
                key.value().facts().compartmentId(),
                KeyUse.variables(key.value()));
        return key;
    }

    /** The key that a body names, for a caller who may do this with it; otherwise RELATED_RESOURCE_NOT_FOUND. */
    Stored<MasterKey> relatedKey(String operation, String permission, KeyId id) {
        return relatedKey(operation, permission, id, Map.of());
    }

    private Stored<MasterKey> relatedKey(String operation, String permission, KeyId id, Map<String, String> more) {
        Stored<MasterKey> key = store.key(id).orElseThrow(Operations::relatedNotFound);
        requireRelated(
                operation,
                List.of(permission),
                key.value().facts().compartmentId(),
                KeyUse.variables(key.value(), more));
        return key;
    }

    /** As {@link #relatedKey}, to use the key: allowed by how this replica holds it, or else as it is now. */
    Stored<MasterKey> keyToUse(String operation, String permission, KeyId id) {
        return keyToUse(operation, permission, id, Map.of());
    }

    /**
     * As {@link #keyToUse(String, String, KeyId)}.
     *
     * @param more policy variables that the request has beside those of the key
     */
    Stored<MasterKey> keyToUse(String operation, String permission, KeyId id, Map<String, String> more) {
        return held.key(id)
                .filter(key -> key.value() instanceof MasterKey.Enabled)
                .filter(key -> mayRelate(
                        operation,
                        List.of(permission),
                        key.value().facts().compartmentId(),
                        KeyUse.variables(key.value(), more)))
                .orElseGet(() -> relatedKey(operation, permission, id, more));
    }

    Stored<Vault> vault(String operation, String permission, String pathId) {
        Stored<Vault> vault =
                parse(pathId, VaultId::new).flatMap(vaults::vault).orElseThrow(ProblemException::notFound);
        authorizer.require(
                caller.get(),
                operation,
                List.of(permission),
                vault.value().facts().compartmentId(),
                Map.of("target.vault.id", vault.value().id().value()));
        return vault;
    }

    /** For operations on a compartment that the query names. */
    void require(String operation, String permission, CompartmentId compartment) {
        authorizer.require(caller.get(), operation, List.of(permission), compartment, Map.of());
    }

    /** For what concerns a whole tenancy. */
    void require(String operation, List<String> permissions, TenancyId tenancy) {
        authorizer.require(caller.get(), operation, permissions, tenancy.rootCompartment(), Map.of());
    }

    /** For what a body names: what is absent and what is forbidden look the same. */
    void requireRelated(
            String operation, List<String> permissions, CompartmentId compartment, Map<String, String> variables) {
        if (!mayRelate(operation, permissions, compartment, variables)) {
            throw relatedNotFound();
        }
    }

    private boolean mayRelate(
            String operation, List<String> permissions, CompartmentId compartment, Map<String, String> variables) {
        return authorizer
                .decide(caller.get(), operation, permissions, compartment, variables)
                .allowed();
    }

    /**
     * As {@link #requireRelated}, for what is to be in the compartment from now on.
     *
     * @return the tenancy of the compartment: what is in it belongs to that, whoever the caller is
     */
    TenancyId requirePlace(String operation, String permission, CompartmentId compartment) {
        Decision decision = authorizer.decide(caller.get(), operation, List.of(permission), compartment, Map.of());
        if (!decision.allowed()) {
            throw relatedNotFound();
        }
        return decision.targetTenancy().orElseThrow(Operations::relatedNotFound);
    }

    static ProblemException relatedNotFound() {
        return new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND);
    }

    /** An id of the path: one that can't be an id names nothing. */
    static <T extends Ocid> Optional<T> parse(String pathId, Function<String, T> type) {
        try {
            return Optional.of(type.apply(pathId));
        } catch (ProblemException malformed) {
            return Optional.empty();
        }
    }
}
