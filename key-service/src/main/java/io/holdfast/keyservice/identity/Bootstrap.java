package io.holdfast.keyservice.identity;

import io.holdfast.events.DomainEvent;
import io.holdfast.events.IdentityEvent.PolicyChanged;
import io.holdfast.iam.decision.Policy;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.Group;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.identity.Identities.Versioned;
import io.holdfast.keyservice.signing.KeyReference;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoreUnavailable;
import io.holdfast.platform.store.Transaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Creates the first tenancy, its administrator and the built-in policy, from a file that the operator wrote. Idempotent:
 * each start adds what is missing in one transaction, and changes nothing that is there.
 */
@ApplicationScoped
class Bootstrap {
    static final String ADMINISTRATORS = "Administrators";
    static final String BUILT_IN_POLICY = "Tenant Admin Policy";

    private static final Logger LOG = Logger.getLogger(Bootstrap.class);
    private static final Set<String> KNOWN =
            Set.of("tenancy.id", "tenancy.name", "user.id", "user.name", "group.id", "public-key");
    private static final int MAX_FILE = 64 * 1024;
    private static final int ATTEMPTS = 6;
    private static final String ACTOR = "bootstrap";

    private final Identity identity;
    private final IdentityConfig config;
    private final Ocid.Mint mint;
    private final TimeSource time = TimeSource.system();

    @Inject
    Bootstrap(Identity identity, IdentityConfig config, Ocid.Mint mint) {
        this.identity = identity;
        this.config = config;
        this.mint = mint;
    }

    /** Who the file names. */
    record First(
            TenancyId tenancy, String tenancyName, UserId user, String userName, GroupId group, RsaPublicKey key) {}

    void start(@Observes StartupEvent event) {
        Optional<Path> file = config.bootstrapFile();
        if (file.isEmpty()) {
            LOG.info("No bootstrap file is configured (holdfast.identity.bootstrap-file); nothing is created");
            return;
        }
        First first = read(file.get());
        for (int attempt = 1; ; attempt++) {
            try {
                apply(first);
                return;
            } catch (StoreUnavailable | OutcomeUnknown e) {
                // Each attempt is bounded by the store's own time limit. Beyond them a restart by the supervisor is the
                // better retry.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LOG.warnv(
                        "etcd does not answer; trying the bootstrap again. attempt={0} cause={1}",
                        attempt, e.toString());
            }
        }
    }

    /** @throws IllegalArgumentException naming the file and what is wrong with it */
    static First read(Path file) {
        Properties properties = new Properties();
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new IllegalArgumentException("the bootstrap file " + file + " is longer than " + MAX_FILE);
            }
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("the bootstrap file " + file + " can't be read", e);
        }
        for (String name : properties.stringPropertyNames()) {
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException("the bootstrap file " + file + " has an unknown entry: " + name);
            }
        }
        Path pem = file.toAbsolutePath().resolveSibling(required(file, properties, "public-key"));
        try {
            if (Files.size(pem) > RsaPublicKey.MAX_PEM) {
                throw new IllegalArgumentException("the public key " + pem + " is too long");
            }
            return new First(
                    new TenancyId(required(file, properties, "tenancy.id")),
                    Names.name(required(file, properties, "tenancy.name")),
                    new UserId(required(file, properties, "user.id")),
                    Names.name(required(file, properties, "user.name")),
                    new GroupId(required(file, properties, "group.id")),
                    RsaPublicKey.fromPem(Files.readString(pem)));
        } catch (IOException e) {
            throw new IllegalArgumentException("the public key " + pem + " of the bootstrap file can't be read", e);
        } catch (ProblemException e) {
            throw new IllegalArgumentException("the bootstrap file " + file + ": " + e.getMessage(), e);
        }
    }

    private static String required(Path file, Properties properties, String name) {
        String value = properties.getProperty(name, "").strip();
        if (value.isEmpty()) {
            throw new IllegalArgumentException("the bootstrap file " + file + " lacks " + name);
        }
        return value;
    }

    void apply(First first) {
        Optional<List<String>> created = identity.change(view -> missing(view.identity(), first));
        created.ifPresentOrElse(
                parts -> LOG.infov(
                        "The first tenancy is set up. tenancy={0} created={1}",
                        first.tenancy().value(), String.join(", ", parts)),
                () -> LOG.infov(
                        "The first tenancy is there. tenancy={0}",
                        first.tenancy().value()));
    }

    private Optional<Identity.Change<List<String>>> missing(IdentitySnapshot identity, First first) {
        Instant now = time.wall().truncatedTo(ChronoUnit.MILLIS);
        List<String> parts = new ArrayList<>();
        List<Consumer<Transaction.Builder>> writes = new ArrayList<>();
        List<DomainEvent> events = new ArrayList<>();
        if (identity.tenancy(first.tenancy()).isEmpty()) {
            parts.add("tenancy");
            Tenancy tenancy = new Tenancy(first.tenancy(), first.tenancyName(), first.tenancyName(), now);
            writes.add(it -> it.put(IdentityLayout.tenancy(tenancy.id()), IdentityDocuments.write(tenancy)));
        }
        if (identity.user(first.user()).isEmpty()) {
            parts.add("administrator");
            User user = new User(first.user(), first.tenancy(), first.userName(), "The first administrator", true, now);
            writes.add(it -> it.put(IdentityLayout.user(user.id()), IdentityDocuments.write(user)));
        }
        Optional<Group> group = identity.groups().stream()
                .map(Versioned::value)
                .filter(it -> it.id().equals(first.group()))
                .findFirst();
        if (group.isEmpty() || !group.get().members().contains(first.user())) {
            parts.add("membership");
            Group next = group.map(seen -> new Group(
                            seen.id(),
                            seen.tenancyId(),
                            seen.name(),
                            seen.description(),
                            Stream.concat(seen.members().stream(), Stream.of(first.user()))
                                    .toList(),
                            seen.timeCreated()))
                    .orElseGet(() -> new Group(
                            first.group(),
                            first.tenancy(),
                            ADMINISTRATORS,
                            "Administrators of the tenancy",
                            List.of(first.user()),
                            now));
            writes.add(it -> it.put(IdentityLayout.group(next.id()), IdentityDocuments.write(next)));
        }
        KeyReference reference =
                new KeyReference(first.tenancy(), first.user(), first.key().fingerprint());
        if (!identity.hasKey(reference)) {
            parts.add("API key " + reference.fingerprint());
            ApiKey key = new ApiKey(
                    first.tenancy(),
                    first.user(),
                    reference.fingerprint(),
                    first.key().toPem(),
                    now);
            writes.add(it -> it.put(IdentityLayout.apiKey(key), IdentityDocuments.write(key)));
        }
        boolean hasPolicy = identity.policies().stream()
                .map(Versioned::value)
                .anyMatch(it -> it.builtIn() && it.tenancyId().equals(first.tenancy()));
        if (!hasPolicy) {
            parts.add("built-in policy");
            StoredPolicy policy = new StoredPolicy(
                    mint.policy(),
                    first.tenancy(),
                    first.tenancy().rootCompartment(),
                    BUILT_IN_POLICY,
                    "Lets the Administrators manage the tenancy",
                    List.of(Policy.ADMINISTRATORS),
                    null,
                    true,
                    now,
                    Map.of(),
                    Map.of());
            writes.add(it -> it.put(IdentityLayout.policy(policy.id()), IdentityDocuments.write(policy)));
            events.add(new PolicyChanged(
                    policy.id(), policy.compartmentId(), policy.name(), "CREATED", policy.statements(), ACTOR));
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(new Identity.Change<>(
                        transaction -> writes.forEach(it -> it.accept(transaction)), events, revision -> parts));
    }
}
