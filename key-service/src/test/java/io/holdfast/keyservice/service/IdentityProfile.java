package io.holdfast.keyservice.service;

import io.holdfast.kernel.Ocid;
import io.holdfast.keyservice.signing.Signer;
import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.EtcdResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The service on real etcd and Kafka with its own identity: signatures, policies and a bootstrapped tenancy. */
public final class IdentityProfile implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(PausedChanges.class, Decisions.class);
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(
                new TestResourceEntry(EtcdResource.class),
                new TestResourceEntry(KafkaResource.class),
                new TestResourceEntry(CertificatesResource.class),
                new TestResourceEntry(KeyServiceProfile.Settings.class),
                new TestResourceEntry(BootstrapFile.class));
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        // Long enough for machines that stand still for seconds: a use that takes eight tenths of a term is refused.
        return Map.of("holdfast.access.term", "5s", "holdfast.access.tick", "200ms");
    }

    /**
     * A new tenancy and administrator. The etcd is shared, and a profile whose test is run again starts again: so each start
     * names one of its own, which begins with {@code tenancy}.
     */
    public static final class BootstrapFile implements QuarkusTestResourceLifecycleManager {
        private String name = "acme";

        @Override
        public void init(Map<String, String> arguments) {
            name = arguments.getOrDefault("tenancy", name);
        }

        @Override
        public Map<String, String> start() {
            try {
                Path directory = Files.createTempDirectory("holdfast-bootstrap");
                KeyPair pair = Signer.rsa(2048);
                Files.writeString(directory.resolve("administrator.pem"), Signer.pem(pair));
                Files.writeString(
                        directory.resolve("administrator.key"),
                        Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()));
                Ocid.Mint mint = new Ocid.Mint("oc1", "iad");
                Path file = directory.resolve("bootstrap.properties");
                Files.writeString(
                        file,
                        "tenancy.id=" + mint.tenancy().value() + "\ntenancy.name=" + name + '-'
                                + UUID.randomUUID() + "\nuser.id=" + mint.user().value()
                                + "\nuser.name=administrator\ngroup.id="
                                + mint.group().value() + "\npublic-key=administrator.pem\n");
                return Map.of("holdfast.identity.bootstrap-file", file.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {}
    }
}
