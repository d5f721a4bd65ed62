package io.holdfast.keyservice.service;

import io.holdfast.testkit.quarkus.CertificatesResource;
import io.holdfast.testkit.quarkus.EtcdResource;
import io.holdfast.testkit.quarkus.KafkaResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** As {@link IdentityProfile}, in an installation that believes an identity provider. */
public final class OidcProfile implements QuarkusTestProfile {
    static final String AUDIENCE = "holdfast-of-acme";

    private final IdentityProfile identity = new IdentityProfile();

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(
                new TestResourceEntry(EtcdResource.class),
                new TestResourceEntry(KafkaResource.class),
                new TestResourceEntry(CertificatesResource.class),
                new TestResourceEntry(KeyServiceProfile.Settings.class),
                new TestResourceEntry(Provider.class));
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(identity.getConfigOverrides());
        settings.put("quarkus.oidc.token.forced-jwk-refresh-interval", "1s");
        return settings;
    }

    /** The provider, and the tenancy whose users it names. */
    public static final class Provider implements QuarkusTestResourceLifecycleManager {
        private final IdentityProfile.BootstrapFile bootstrap = new IdentityProfile.BootstrapFile();
        private final TestProvider provider = TestProvider.start();

        @Override
        public Map<String, String> start() {
            bootstrap.init(Map.of("tenancy", "federated"));
            Map<String, String> first = bootstrap.start();
            Map<String, String> settings = new HashMap<>(first);
            settings.put("holdfast.oidc.enabled", "true");
            settings.put("holdfast.oidc.issuer", provider.issuer());
            settings.put("holdfast.oidc.audience", AUDIENCE);
            settings.put("holdfast.oidc.tenancy", tenancy(Path.of(first.get("holdfast.identity.bootstrap-file"))));
            return settings;
        }

        private static String tenancy(Path file) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return properties.getProperty("tenancy.id");
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(provider, new TestInjector.MatchesType(TestProvider.class));
        }

        @Override
        public void stop() {
            provider.close();
        }
    }
}
