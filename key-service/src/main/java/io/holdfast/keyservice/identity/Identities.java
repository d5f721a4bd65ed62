package io.holdfast.keyservice.identity;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What identity keeps, as it stands in etcd. */
public final class Identities {
    private Identities() {}

    /** A tenancy; its root compartment has the same OCID. */
    public record Tenancy(TenancyId id, String name, String description, Instant timeCreated) {}

    /** A compartment below the root. */
    public record Compartment(
            CompartmentId id,
            TenancyId tenancyId,
            CompartmentId parentId,
            String name,
            String description,
            Instant timeCreated,
            Map<String, String> freeformTags,
            Map<String, Map<String, Object>> definedTags) {
        public Compartment {
            freeformTags = Map.copyOf(freeformTags);
            definedTags = Map.copyOf(definedTags);
        }
    }

    /** @param active false when blocked: neither keys nor tokens of the user hold */
    public record User(
            UserId id, TenancyId tenancyId, String name, String description, boolean active, Instant timeCreated) {}

    public record Group(
            GroupId id,
            TenancyId tenancyId,
            String name,
            String description,
            List<UserId> members,
            Instant timeCreated) {
        public Group {
            members = List.copyOf(members);
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

    /** @param revision etcd mod revision of the record: its etag, and what a change compares */
    public record Versioned<T>(T value, long revision) {}
}
