package io.holdfast.keyservice.identity;

import io.holdfast.events.IdentityEvent.PolicyChanged;
import io.holdfast.events.IdentityEvent.TenancyCreated;
import io.holdfast.iam.decision.Policy;
import io.holdfast.kernel.Ocid;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.Ocid.UserId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.identity.Identities.ApiKey;
import io.holdfast.keyservice.identity.Identities.Group;
import io.holdfast.keyservice.identity.Identities.Membership;
import io.holdfast.keyservice.identity.Identities.StoredPolicy;
import io.holdfast.keyservice.identity.Identities.Tenancy;
import io.holdfast.keyservice.identity.Identities.User;
import io.holdfast.keyservice.signing.RsaPublicKey;
import io.holdfast.platform.store.OutcomeUnknown;
import io.holdfast.platform.store.StoreUnavailable;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Creates tenancies, each with its first administrator and the built-in policy, from files that the operator wrote. All of
 * it in one transaction, and only when there is no such tenancy: from then on its administrators decide who is what.
 */
@ApplicationScoped
class Bootstrap {
    static final String BUILT_IN_POLICY = "Tenant Admin Policy";

    private static final Logger LOG = Logger.getLogger(Bootstrap.class);
    private static final Set<String> KNOWN =
            Set.of("tenancy.id", "tenancy.name", "user.id", "user.name", "group.id", "public-key");
    private static final int MAX_FILE = 64 * 1024;
    /** Tenancies that one directory sets up. */
    private static final int MAX_FILES = 1_000;

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
        for (Path each : files(file.get())) {
            create(read(each));
        }
    }

    /**
     * The file itself; of a directory, every {@code *.properties} in it and in the directories in it, in the order of their
     * paths.
     *
     * @throws IllegalArgumentException for a directory without any, or with more than {@value #MAX_FILES}
     */
    static List<Path> files(Path configured) {
        if (!Files.isDirectory(configured)) {
            return List.of(configured);
        }
        try (Stream<Path> found = Files.find(
                configured,
                2,
                (path, attributes) ->
                        attributes.isRegularFile() && path.toString().endsWith(".properties"))) {
            List<Path> files = found.sorted().limit(MAX_FILES + 1L).toList();
            if (files.isEmpty() || files.size() > MAX_FILES) {
                throw new IllegalArgumentException("the bootstrap directory " + configured + " must hold 1 to "
                        + MAX_FILES + " files *.properties");
            }
            return files;
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalArgumentException("the bootstrap directory " + configured + " can't be read", e);
        }
    }

    private void create(First first) {
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
                    Names.user(required(file, properties, "user.name")),
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
        identity.change(view -> creation(view.identity(), first))
                .ifPresentOrElse(
                        name -> LOG.infov(
                                "The tenancy is set up. name={0} tenancy={1}",
                                name, first.tenancy().value()),
                        () -> LOG.infov(
                                "The tenancy is there. tenancy={0}",
                                first.tenancy().value()));
    }

    /** Once the tenancy is there, its own people decide: what they deleted must not come back with the next start. */
    private Optional<Identity.Change<String>> creation(IdentitySnapshot identity, First first) {
        if (identity.tenancy(first.tenancy()).isPresent()) {
            return Optional.empty();
        }
        if (identity.tenancies().stream().anyMatch(it -> it.name().equalsIgnoreCase(first.tenancyName()))) {
            throw new IllegalArgumentException("a tenancy named " + first.tenancyName() + " exists already");
        }
        Instant now = time.wall().truncatedTo(ChronoUnit.MILLIS);
        Tenancy tenancy = new Tenancy(first.tenancy(), first.tenancyName(), first.tenancyName(), now);
        User user = new User(first.user(), first.tenancy(), first.userName(), "The first administrator", true, now);
        Group group = new Group(
                first.group(),
                first.tenancy(),
                Administration.GROUP,
                "Administrators of the tenancy",
                List.of(new Membership(mint.membership(), user.id(), now)),
                now,
                Map.of(),
                Map.of());
        ApiKey key = new ApiKey(
                first.tenancy(),
                user.id(),
                first.key().fingerprint(),
                first.key().toPem(),
                now);
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
        return Optional.of(new Identity.Change<>(
                it -> it
                        // A record that can't be read is not in the snapshot, and is not to be written over.
                        .ifAbsent(IdentityLayout.tenancy(tenancy.id()))
                        .put(IdentityLayout.tenancy(tenancy.id()), IdentityDocuments.write(tenancy))
                        .put(IdentityLayout.user(user.id()), IdentityDocuments.write(user))
                        .put(IdentityLayout.group(group.id()), IdentityDocuments.write(group))
                        .put(IdentityLayout.apiKey(key), IdentityDocuments.write(key))
                        .put(IdentityLayout.policy(policy.id()), IdentityDocuments.write(policy)),
                List.of(
                        new TenancyCreated(tenancy.id(), tenancy.name(), ACTOR),
                        new PolicyChanged(
                                policy.id(),
                                policy.compartmentId(),
                                policy.name(),
                                "CREATED",
                                policy.statements(),
                                ACTOR)),
                revision -> first.tenancyName()));
    }
}
