package io.holdfast.keyservice.identity;

import io.holdfast.events.IdentityEvent.CompartmentCreated;
import io.holdfast.iam.decision.CompartmentTree;
import io.holdfast.iam.decision.PolicySet;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.RetryTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Creates compartments. */
@ApplicationScoped
public class Compartments {
    /** Compartments of one tenancy (OCI documentation, "Service Limits"). */
    public static final int PER_TENANCY = 1_000;

    private final Identity identity;
    private final Ocid.Mint mint;
    private final TimeSource time = TimeSource.system();

    @Inject
    public Compartments(Identity identity, Ocid.Mint mint) {
        this.identity = identity;
        this.mint = mint;
    }

    /**
     * Creates a compartment, or answers the one that the same retry token created before.
     *
     * @param retry begins the attempt; asked again after a lost race
     * @throws ProblemException INVALID_PARAMETER, MISSING_PARAMETER, LIMIT_EXCEEDED, RELATED_RESOURCE_NOT_FOUND for an
     *     unknown parent, or CONFLICT for a name in use there
     */
    public Versioned<Compartment> create(
            Caller actor,
            CompartmentId parent,
            @Nullable String name,
            @Nullable String description,
            @Nullable Map<String, String> freeformTags,
            @Nullable Map<String, Map<String, Object>> definedTags,
            Supplier<RetryTokens.Attempt> retry) {
        Compartment compartment = new Compartment(
                mint.compartment(),
                actor.tenancyId(),
                parent,
                Names.name(name),
                Names.description(description),
                time.wall().truncatedTo(ChronoUnit.MILLIS),
                Names.freeformTags(freeformTags),
                Names.definedTags(definedTags));
        return identity.<Versioned<Compartment>>change(view -> {
                    RetryTokens.Attempt attempt = retry.get();
                    if (attempt.replay().isPresent()) {
                        return Optional.empty();
                    }
                    requireRoom(view.identity(), compartment);
                    return Optional.of(new Identity.Change<>(
                            transaction -> transaction
                                    .put(
                                            IdentityLayout.compartment(compartment.id()),
                                            IdentityDocuments.write(compartment))
                                    .with(attempt.record(compartment.id().value())),
                            List.of(new CompartmentCreated(compartment.id(), parent, compartment.name(), actor.id())),
                            revision -> new Versioned<>(compartment, revision)));
                })
                .orElseGet(() -> retry.get()
                        .replay()
                        .flatMap(id -> identity.current().identity().compartment(new CompartmentId(id)))
                        .orElseThrow(() -> new ProblemException(ProblemCode.INVALIDATED_RETRY_TOKEN)));
    }

    private static void requireRoom(IdentitySnapshot identity, Compartment compartment) {
        PolicySet policies = identity.policySet(compartment.tenancyId()).orElseThrow(ProblemException::notFound);
        List<CompartmentId> above = policies.compartments().upwards(compartment.parentId());
        if (above.isEmpty()) {
            throw new ProblemException(ProblemCode.RELATED_RESOURCE_NOT_FOUND);
        }
        if (above.size() > CompartmentTree.MAX_DEPTH) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED,
                    "Compartments are at most " + CompartmentTree.MAX_DEPTH + " levels deep.");
        }
        List<Compartment> others = identity.compartments().stream()
                .map(Versioned::value)
                .filter(it -> it.tenancyId().equals(compartment.tenancyId()))
                .toList();
        if (others.size() >= PER_TENANCY) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED, "A tenancy has at most " + PER_TENANCY + " compartments.");
        }
        if (others.stream()
                .anyMatch(it -> it.parentId().equals(compartment.parentId())
                        && it.name().equalsIgnoreCase(compartment.name()))) {
            throw new ProblemException(
                    ProblemCode.CONFLICT,
                    "A compartment named '" + compartment.name() + "' exists already in its parent.");
        }
    }
}
