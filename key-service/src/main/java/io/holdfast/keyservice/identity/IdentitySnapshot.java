package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.Installation;
import io.holdfast.iam.decision.PolicyContext;
import io.holdfast.iam.decision.PolicySet;
import io.holdfast.iam.decision.Principal;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.PolicyId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.Compartment;
import io.holdfast.keyservice.identity.Identities.DynamicGroup;
import io.holdfast.keyservice.identity.Identities.Group;
import io.holdfast.keyservice.identity.Identities.RevokedToken;
import io.holdfast.keyservice.identity.Identities.RevokedTokens;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.signing.KeyReference;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.keyservice.signing.SigningKeys;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.store.StoredValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * All of identity at one identity revision. Immutable and thread safe.
 *
 * <p>A record that can't be read grants nothing and keeps nobody else out: a damaged key or policy is left out and named in
 * the log. A damaged revocation still revokes what its key names, for as long as it stands.
 */
public final class IdentitySnapshot {
    private static final Logger LOG = Logger.getLogger(IdentitySnapshot.class);

    private final long revision;
    private final int size;
    private final Map<TenancyId, Tenancy> tenancies = new HashMap<>();
    private final Map<CompartmentId, TenancyId> roots = new HashMap<>();
    private final Map<CompartmentId, Versioned<Compartment>> compartments = new HashMap<>();
    private final Map<UserId, Versioned<User>> users = new HashMap<>();
    private final Map<ExternalIdentity, UserId> external = new HashMap<>();
    private final Map<GroupId, Versioned<Group>> groups = new HashMap<>();
    /** Which groups each user is in: asked at every decision. */
    private final Map<UserId, Set<Principal.Group>> memberships = new HashMap<>();

    private final Map<DynamicGroupId, Versioned<DynamicGroup>> dynamicGroups = new HashMap<>();
    private final Map<TenancyId, io.holdfast.iam.decision.DynamicGroups> rules = new HashMap<>();
    private final Map<KeyReference, RsaPublicKey> keys = new HashMap<>();
    private final Map<KeyReference, Versioned<ApiKey>> apiKeys = new HashMap<>();
    private final Map<PolicyId, Versioned<StoredPolicy>> policies = new HashMap<>();
    private final Map<String, RevokedToken> revoked = new HashMap<>();
    private final Map<UserId, RevokedTokens> revokedBefore = new HashMap<>();
    /** Keys of revocations that nothing needs any more. */
    private final List<String> over = new ArrayList<>();

    private final boolean allRevocations;
    private final DynamicGroups membershipOfResources;
    private final Installations installations;

    /**
     * From what stands in etcd, read at one store revision.
     *
     * @param records the identity revision and every record but revocations
     * @param revocations those of tokens that have ended by themselves are left out
     * @param allRevocations whether these are all: if not, no token holds
     * @param now wall time
     * @param dynamicGroups asked at each decision
     * @param previous of the snapshot before
     */
    IdentitySnapshot(
            Collection<StoredValue> records,
            Collection<StoredValue> revocations,
            boolean allRevocations,
            Instant now,
            DynamicGroups dynamicGroups,
            Installations previous) {
        this.membershipOfResources = dynamicGroups;
        long newest = 0;
        for (StoredValue value : records) {
            if (value.key().equals(IdentityLayout.REVISION)) {
                newest = value.modRevision();
            } else {
                try {
                    take(value);
                } catch (IllegalStateException | IllegalArgumentException e) {
                    LOG.errorv(e, "A record of identity is damaged and left out. key={0}", value.key());
                }
            }
        }
        for (StoredValue value : revocations) {
            try {
                takeRevocation(value, now);
            } catch (ProblemException e) {
                LOG.errorv(e, "A revocation names no user and is left out. key={0}", value.key());
            }
        }
        this.allRevocations = allRevocations;
        this.revision = newest;
        this.size = records.size();
        groups.values().forEach(group -> index(group.value()));
        tenancies.values().forEach(tenancy -> rules.put(tenancy.id(), rules(tenancy)));
        this.installations = previous.next(
                tenancies.values(),
                compartments.values().stream()
                        .map(Versioned::value)
                        .filter(it -> !it.isDeleted())
                        .toList(),
                policies.values().stream().map(Versioned::value).toList());
    }

    /**
     * Before anything was written.
     *
     * @param context what policies are read against, but for the tenancies
     */
    static IdentitySnapshot empty(PolicyContext context) {
        return new IdentitySnapshot(
                List.of(),
                List.of(),
                true,
                Instant.EPOCH,
                (identity, resource) -> Set.of(),
                Installations.none(context));
    }

    private void take(StoredValue value) {
        String key = value.key();
        if (key.startsWith(IdentityLayout.TENANCIES)) {
            Tenancy it = IdentityDocuments.read(key, value.value(), Tenancy.class);
            tenancies.put(it.id(), it);
            roots.put(it.id().rootCompartment(), it.id());
        } else if (key.startsWith(IdentityLayout.COMPARTMENTS)) {
            Compartment it = IdentityDocuments.read(key, value.value(), Compartment.class);
            compartments.put(it.id(), new Versioned<>(it, value.modRevision()));
        } else if (key.startsWith(IdentityLayout.USERS)) {
            User it = IdentityDocuments.read(key, value.value(), User.class);
            users.put(it.id(), new Versioned<>(it, value.modRevision()));
            if (it.externalIdentifier() != null) {
                external.put(new ExternalIdentity(it.tenancyId(), it.externalIdentifier()), it.id());
            }
        } else if (key.startsWith(IdentityLayout.GROUPS)) {
            Group it = IdentityDocuments.read(key, value.value(), Group.class);
            groups.put(it.id(), new Versioned<>(it, value.modRevision()));
        } else if (key.startsWith(IdentityLayout.DYNAMIC_GROUPS)) {
            DynamicGroup it = IdentityDocuments.read(key, value.value(), DynamicGroup.class);
            dynamicGroups.put(it.id(), new Versioned<>(it, value.modRevision()));
        } else if (key.startsWith(IdentityLayout.API_KEYS)) {
            ApiKey it = IdentityDocuments.read(key, value.value(), ApiKey.class);
            KeyReference reference = new KeyReference(it.tenancyId(), it.userId(), it.fingerprint());
            apiKeys.put(reference, new Versioned<>(it, value.modRevision()));
            keys.put(reference, RsaPublicKey.fromPem(it.publicKey()));
        } else if (key.startsWith(IdentityLayout.POLICIES)) {
            StoredPolicy it = IdentityDocuments.read(key, value.value(), StoredPolicy.class);
            policies.put(it.id(), new Versioned<>(it, value.modRevision()));
        }
    }

    /** The key alone says what is revoked; the value says until when, and {@code before} for many. */
    private void takeRevocation(StoredValue value, Instant now) {
        String key = value.key();
        if (key.startsWith(IdentityLayout.REVOKED_TOKENS)) {
            IdentityLayout.NamedToken named = IdentityLayout.namedToken(key);
            Instant expiresAt =
                    read(value, RevokedToken.class).map(RevokedToken::expiresAt).orElse(Instant.MAX);
            if (expiresAt.isBefore(now)) {
                over.add(key);
            } else {
                revoked.put(
                        revokedKey(named.user(), named.tokenId()),
                        new RevokedToken(named.user(), named.tokenId(), expiresAt));
            }
        } else if (key.startsWith(IdentityLayout.TOKENS_REVOKED_BEFORE)) {
            UserId user = IdentityLayout.namedUser(key);
            RevokedTokens it = read(value, RevokedTokens.class)
                    .filter(read -> read.before() != null)
                    .orElse(new RevokedTokens(user, Instant.MAX, Instant.MAX));
            if (it.expiresAt() != null && it.expiresAt().isBefore(now)) {
                over.add(key);
            } else {
                revokedBefore.put(user, it);
            }
        }
    }

    private static <T extends Record> Optional<T> read(StoredValue value, Class<T> type) {
        try {
            return Optional.of(IdentityDocuments.read(value.key(), value.value(), type));
        } catch (IllegalStateException e) {
            LOG.errorv(e, "A revocation is damaged; it holds for as long as it stands. key={0}", value.key());
            return Optional.empty();
        }
    }

    private io.holdfast.iam.decision.DynamicGroups rules(Tenancy tenancy) {
        io.holdfast.iam.decision.DynamicGroups read =
                io.holdfast.iam.decision.DynamicGroups.of(dynamicGroups(tenancy.id()).stream()
                        .map(Versioned::value)
                        .map(it -> new io.holdfast.iam.decision.DynamicGroups.Definition(
                                it.id(), it.name(), it.matchingRule()))
                        .toList());
        read.unusable()
                .forEach(it -> LOG.errorv("A dynamic group has no members, as its rule is unreadable. group={0}", it));
        return read;
    }

    private void index(Group group) {
        Principal.Group of = new Principal.Group(group.id(), group.name());
        group.memberships()
                .forEach(it -> memberships
                        .computeIfAbsent(it.userId(), user -> new HashSet<>())
                        .add(of));
    }

    /** The identity revision; 0 when nothing was ever written. */
    public long revision() {
        return revision;
    }

    Installations installations() {
        return installations;
    }

    /** How many records this was read from, revocations aside. */
    int size() {
        return size;
    }

    public Optional<Tenancy> tenancy(TenancyId id) {
        return Optional.ofNullable(tenancies.get(id));
    }

    /** Of the installation; no two have the same name. */
    public List<Tenancy> tenancies() {
        return List.copyOf(tenancies.values());
    }

    /**
     * The tenancy that a compartment belongs to, and with it all that is in it; its root compartment has the tenancy's own
     * id. Empty when there is no such compartment, or it is deleted.
     */
    public Optional<TenancyId> tenancyOf(CompartmentId id) {
        TenancyId root = roots.get(id);
        return root == null
                ? compartment(id)
                        .map(Versioned::value)
                        .filter(it -> !it.isDeleted())
                        .map(Compartment::tenancyId)
                : Optional.of(root);
    }

    public Optional<Versioned<Compartment>> compartment(CompartmentId id) {
        return Optional.ofNullable(compartments.get(id));
    }

    public List<Versioned<Compartment>> compartments() {
        return List.copyOf(compartments.values());
    }

    public Optional<Versioned<User>> user(UserId id) {
        return Optional.ofNullable(users.get(id));
    }

    public List<Versioned<User>> users() {
        return List.copyOf(users.values());
    }

    public List<Versioned<Group>> groups() {
        return List.copyOf(groups.values());
    }

    public Optional<Versioned<Group>> group(GroupId id) {
        return Optional.ofNullable(groups.get(id));
    }

    public Optional<Versioned<DynamicGroup>> dynamicGroup(DynamicGroupId id) {
        return Optional.ofNullable(dynamicGroups.get(id));
    }

    /** Empty for a tenancy that does not exist or has none. */
    public List<Versioned<DynamicGroup>> dynamicGroups(TenancyId tenancy) {
        return dynamicGroups.values().stream()
                .filter(it -> it.value().tenancyId().equals(tenancy))
                .toList();
    }

    /** The rules of a tenancy's dynamic groups, read and ready to be asked. Empty for a tenancy that does not exist. */
    public Optional<io.holdfast.iam.decision.DynamicGroups> rules(TenancyId tenancy) {
        return Optional.ofNullable(rules.get(tenancy));
    }

    /** A user's API keys, oldest first. */
    public List<Versioned<ApiKey>> apiKeys(UserId user) {
        return apiKeys.values().stream()
                .filter(it -> it.value().userId().equals(user))
                .sorted(Comparator.comparing(it -> it.value().timeCreated()))
                .toList();
    }

    public Optional<Versioned<StoredPolicy>> policy(PolicyId id) {
        return Optional.ofNullable(policies.get(id));
    }

    public List<Versioned<StoredPolicy>> policies() {
        return List.copyOf(policies.values());
    }

    /** Revocations kept one by one. */
    Collection<RevokedToken> revokedTokens() {
        return List.copyOf(revoked.values());
    }

    Optional<RevokedTokens> revokedTokens(UserId user) {
        return Optional.ofNullable(revokedBefore.get(user));
    }

    /** Keys of revocations that nothing needed any more when this was read. */
    List<String> revocationsOver() {
        return List.copyOf(over);
    }

    /** Whether this very token has a record of its own. */
    boolean hasRevocation(UserId user, String tokenId) {
        return revoked.containsKey(revokedKey(user, tokenId));
    }

    /** @param issuedAt as the token itself says, verified */
    public boolean isRevoked(UserId user, String tokenId, Instant issuedAt) {
        RevokedTokens many = revokedBefore.get(user);
        return !allRevocations || hasRevocation(user, tokenId) || (many != null && !issuedAt.isAfter(many.before()));
    }

    /** The policies of all tenancies, which decide. */
    public Installation installation() {
        return installations.installation();
    }

    /** Empty for a tenancy that does not exist. */
    public Optional<PolicySet> policySet(TenancyId tenancy) {
        return installation().policySet(tenancy);
    }

    /** The API key of a user who is active; empty for any other. */
    public Optional<SigningKeys.Owned> find(KeyReference reference) {
        return activeUser(reference.user())
                .filter(user -> user.tenancyId().equals(reference.tenancy()))
                .flatMap(user ->
                        Optional.ofNullable(keys.get(reference)).map(key -> new SigningKeys.Owned(key, caller(user))));
    }

    /** The user whom the tenancy's identity provider names so; empty when there is none, or the user is blocked. */
    public Optional<User> find(ExternalIdentity identity) {
        return Optional.ofNullable(external.get(identity)).flatMap(this::activeUser);
    }

    public Optional<User> activeUser(UserId id) {
        return user(id).map(Versioned::value).filter(User::active);
    }

    public static Caller caller(User user) {
        return new Caller(Principal.USER, user.id().value(), user.name(), user.tenancyId(), "");
    }

    /**
     * The caller as a principal with its memberships of this moment. Empty when it is of no known kind, or a user who
     * does not exist, is blocked, or is of another tenancy than it says.
     */
    public Optional<Principal> principal(Caller caller) {
        try {
            return switch (caller.type()) {
                case Principal.USER ->
                    activeUser(new UserId(caller.id()))
                            .filter(user -> user.tenancyId().equals(caller.tenancyId()))
                            .map(user -> Principal.user(user.id(), user.name(), user.tenancyId(), groupsOf(user.id())));
                case Principal.CLUSTER ->
                    Optional.of(Principal.cluster(
                            new ClusterId(caller.id()),
                            caller.tenancyId(),
                            new CompartmentId(caller.compartmentId()),
                            membershipOfResources.of(this, caller)));
                default -> Optional.empty();
            };
        } catch (ProblemException e) {
            // An id that is none names nobody.
            return Optional.empty();
        }
    }

    private Set<Principal.Group> groupsOf(UserId user) {
        return memberships.getOrDefault(user, Set.of());
    }

    private static String revokedKey(UserId user, String tokenId) {
        return user.value() + "/" + tokenId;
    }
}
