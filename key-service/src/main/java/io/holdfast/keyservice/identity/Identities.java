package io.holdfast.keyservice.identity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.IdentityWorkRequestId;
import io.holdfast.kernel.Ocid.MembershipId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What identity keeps, as it stands in etcd. */
public final class Identities {
    private Identities() {}

    /**
     * A tenancy; its root compartment has the same OCID.
     *
     * @param name of no other tenancy of the installation, whatever the case: policies of other tenancies may name it
     */
    public record Tenancy(TenancyId id, String name, String description, Instant timeCreated) {}

    /** The life of a compartment. */
    public enum CompartmentState {
        ACTIVE,
        /** Nothing new comes in, while what is in it is looked for. */
        DELETING,
        /** Kept for {@link Compartments#KEPT}, so that it can be recovered; no policy reaches it, and nothing is in it. */
        DELETED
    }

    /**
     * The last work that a request for a compartment began.
     *
     * @param operation DELETE_COMPARTMENT or MOVE_COMPARTMENT
     * @param timeFinished null while it is in progress
     */
    public record Work(
            IdentityWorkRequestId id,
            String operation,
            Instant timeAccepted,
            @Nullable Instant timeFinished) {}

    /** A compartment below the root. */
    public record Compartment(
            CompartmentId id,
            TenancyId tenancyId,
            CompartmentId parentId,
            String name,
            String description,
            Instant timeCreated,
            CompartmentState state,
            @Nullable Work work,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        /** A record of an earlier release has no state: nothing could be deleted then. */
        public Compartment {
            state = Objects.requireNonNullElse(state, CompartmentState.ACTIVE);
            freeformTags = copyOf(freeformTags);
            definedTags = copyOf(definedTags);
        }

        /** A new one. */
        public Compartment(
                CompartmentId id,
                TenancyId tenancyId,
                CompartmentId parentId,
                String name,
                String description,
                Instant timeCreated,
                Map<String, String> freeformTags,
                Map<String, Map<String, Object>> definedTags) {
            this(
                    id,
                    tenancyId,
                    parentId,
                    name,
                    description,
                    timeCreated,
                    CompartmentState.ACTIVE,
                    null,
                    freeformTags,
                    definedTags);
        }

        boolean isActive() {
            return state == CompartmentState.ACTIVE;
        }

        boolean isDeleted() {
            return state == CompartmentState.DELETED;
        }

        Compartment in(CompartmentState next, String nextName, @Nullable Work nextWork) {
            return new Compartment(
                    id,
                    tenancyId,
                    parentId,
                    nextName,
                    description,
                    timeCreated,
                    next,
                    nextWork,
                    freeformTags,
                    definedTags);
        }

        Compartment below(CompartmentId nextParent, Work nextWork) {
            return new Compartment(
                    id,
                    tenancyId,
                    nextParent,
                    name,
                    description,
                    timeCreated,
                    state,
                    nextWork,
                    freeformTags,
                    definedTags);
        }
    }

    /**
     * @param active false when blocked: neither keys nor tokens of the user hold
     * @param email null when none was given
     * @param externalIdentifier by which the tenancy's identity provider names the user, null when it does not; of one user
     *     of the tenancy at most
     */
    public record User(
            UserId id,
            TenancyId tenancyId,
            String name,
            String description,
            boolean active,
            @Nullable String email,
            @Nullable String externalIdentifier,
            Instant timeCreated,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        public User {
            freeformTags = copyOf(freeformTags);
            definedTags = copyOf(definedTags);
        }

        public User(
                UserId id, TenancyId tenancyId, String name, String description, boolean active, Instant timeCreated) {
            this(id, tenancyId, name, description, active, null, null, timeCreated, Map.of(), Map.of());
        }
    }

    /** A user in a group; at most one of the same user in the same group. */
    public record Membership(MembershipId id, UserId userId, Instant timeCreated) {}

    /** @param memberships kept in the group's own record: one read says who is in it */
    public record Group(
            GroupId id,
            TenancyId tenancyId,
            String name,
            String description,
            List<Membership> memberships,
            Instant timeCreated,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        public Group {
            memberships = List.copyOf(memberships);
            freeformTags = copyOf(freeformTags);
            definedTags = copyOf(definedTags);
        }

        /**
         * From the record in etcd, also from one that an earlier release wrote.
         *
         * @param members the whole of the memberships in a record of that kind, which has no {@code memberships}
         */
        @JsonCreator
        static Group read(
                @JsonProperty("id") GroupId id,
                @JsonProperty("tenancyId") TenancyId tenancyId,
                @JsonProperty("name") String name,
                @JsonProperty("description") String description,
                @JsonProperty("members") @Nullable List<UserId> members,
                @JsonProperty("memberships") @Nullable List<Membership> memberships,
                @JsonProperty("timeCreated") Instant timeCreated,
                @JsonProperty("freeformTags") @Nullable Map<String, String> freeformTags,
                @JsonProperty("definedTags") @Nullable Map<String, Map<String, Object>> definedTags) {
            List<Membership> all = memberships;
            if (all == null) {
                all = members == null
                        ? List.of()
                        : members.stream()
                                .map(it -> new Membership(EarlierMemberships.id(id, it), it, timeCreated))
                                .toList();
            }
            return new Group(
                    id, tenancyId, name, description, all, timeCreated, copyOf(freeformTags), copyOf(definedTags));
        }

        /** Also written to etcd, for replicas of an earlier release. */
        @JsonProperty("members")
        public List<UserId> members() {
            return memberships.stream().map(Membership::userId).toList();
        }

        public boolean has(UserId user) {
            return memberships.stream().anyMatch(it -> it.userId().equals(user));
        }

        /** The same group with these members. */
        Group with(List<Membership> next) {
            return new Group(id, tenancyId, name, description, next, timeCreated, freeformTags, definedTags);
        }
    }

    /**
     * Resources, chosen by a rule instead of one by one.
     *
     * @param matchingRule as its author wrote it
     */
    public record DynamicGroup(
            DynamicGroupId id,
            TenancyId tenancyId,
            String name,
            String description,
            String matchingRule,
            Instant timeCreated,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        public DynamicGroup {
            freeformTags = copyOf(freeformTags);
            definedTags = copyOf(definedTags);
        }
    }

    /** @param publicKey PEM */
    public record ApiKey(
            TenancyId tenancyId, UserId userId, String fingerprint, String publicKey, Instant timeCreated) {}

    /**
     * @param versionDate {@code YYYY-MM-DD}, null when the author gave none
     * @param builtIn made by the service and never changed: without it nobody could write policies
     */
    public record StoredPolicy(
            PolicyId id,
            TenancyId tenancyId,
            CompartmentId compartmentId,
            String name,
            String description,
            List<String> statements,
            @Nullable String versionDate,
            boolean builtIn,
            Instant timeCreated,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        public StoredPolicy {
            statements = List.copyOf(statements);
            freeformTags = Map.copyOf(freeformTags);
            definedTags = Map.copyOf(definedTags);
        }

        StoredPolicy with(List<String> others) {
            return new StoredPolicy(
                    id,
                    tenancyId,
                    compartmentId,
                    name,
                    description,
                    others,
                    versionDate,
                    builtIn,
                    timeCreated,
                    freeformTags,
                    definedTags);
        }
    }

    /**
     * A kubectl token that no longer holds.
     *
     * @param expiresAt when it would have ended by itself: the record is kept until then
     */
    public record RevokedToken(UserId userId, String tokenId, Instant expiresAt) {}

    /**
     * All kubectl tokens of a user that were issued until a moment no longer hold: stands for more revocations than are
     * kept one by one.
     *
     * @param before the latest time of issue that is revoked
     * @param expiresAt when the last of those tokens would have ended by itself: the record is kept until then
     */
    public record RevokedTokens(UserId userId, Instant before, Instant expiresAt) {}

    /** Records of an earlier release have no tags. */
    private static <V> Map<String, V> copyOf(@Nullable Map<String, V> tags) {
        return tags == null ? Map.of() : Map.copyOf(tags);
    }

    /** @param revision etcd mod revision of the record: its etag, and what a change compares */
    public record Versioned<T>(T value, long revision) {}
}
