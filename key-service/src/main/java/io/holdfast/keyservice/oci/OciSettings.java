package io.holdfast.keyservice.oci;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.VaultId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.config.OciConfig.Authentication;
import io.holdfast.keyservice.config.OciConfig.RemoteVault;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * A vault of Oracle's as it is configured, checked.
 *
 * @param name by which the configuration calls it
 * @param keyCompartment Oracle's compartment of the keys
 * @param compartment of this installation, in which vault and keys are shown
 * @param maxAttempts of one call, the first included
 * @param breakerCalls see {@link io.holdfast.keyservice.config.OciConfig.Breaker#calls}
 */
public record OciSettings(
        String name,
        VaultId vault,
        CompartmentId keyCompartment,
        CompartmentId compartment,
        URI managementEndpoint,
        URI cryptoEndpoint,
        Authentication authentication,
        Optional<Path> configFile,
        String profile,
        Duration connectTimeout,
        Duration readTimeout,
        int maxAttempts,
        int breakerCalls,
        Duration breakerPause,
        Duration pollInterval,
        Duration staleAfter) {
    private static final Duration SHORTEST = Duration.ofMillis(100);

    /** @throws OciRefused when a setting is not what it must be */
    static OciSettings of(String name, RemoteVault vault) {
        Check check = new Check("holdfast.oci.vaults." + name + ".");
        Duration poll =
                check.within("poll-interval", vault.pollInterval(), Duration.ofSeconds(1), Duration.ofMinutes(5));
        return new OciSettings(
                name,
                check.ocid("vault-id", vault.vaultId(), VaultId::new),
                check.ocid("key-compartment", vault.keyCompartment(), CompartmentId::new),
                check.ocid("compartment", vault.compartment(), CompartmentId::new),
                check.endpoint("management-endpoint", vault.managementEndpoint()),
                check.endpoint("crypto-endpoint", vault.cryptoEndpoint()),
                vault.authentication(),
                vault.configFile(),
                vault.profile(),
                check.within("connect-timeout", vault.connectTimeout(), SHORTEST, Duration.ofMinutes(1)),
                check.within("read-timeout", vault.readTimeout(), SHORTEST, Duration.ofMinutes(1)),
                check.within("max-attempts", vault.maxAttempts(), 1, 10),
                check.within("breaker.calls", vault.breaker().calls(), 2, 1000),
                check.within("breaker.pause", vault.breaker().pause(), SHORTEST, Duration.ofMinutes(10)),
                poll,
                check.within("stale-after", vault.staleAfter(), poll, Duration.ofHours(1)));
    }

    /** @param prefix of the settings of one vault */
    private record Check(String prefix) {

        <T> T ocid(String key, String value, Function<String, T> type) {
            try {
                return type.apply(value.strip());
            } catch (ProblemException e) {
                throw refused(key, "must be the OCID of a " + (key.equals("vault-id") ? "vault" : "compartment"), e);
            }
        }

        URI endpoint(String key, String value) {
            try {
                URI uri = new URI(value.strip());
                String path = Optional.ofNullable(uri.getPath()).orElse("");
                boolean bare = (path.isEmpty() || path.equals("/"))
                        && uri.getQuery() == null
                        && uri.getFragment() == null
                        && uri.getUserInfo() == null;
                String host = uri.getHost();
                if (!bare || host == null || !isPrivate(uri.getScheme(), host)) {
                    throw refused(
                            key, "must be https://<host> or, on this machine itself, http://127.0.0.1:<port>", null);
                }
                // The SDK signs the port where it is written; a client leaves a scheme's own port out.
                boolean usual = uri.getPort() == (uri.getScheme().equals("https") ? 443 : 80);
                return new URI(uri.getScheme(), null, host, usual ? -1 : uri.getPort(), null, null, null);
            } catch (URISyntaxException e) {
                throw refused(key, "must be a URL", e);
            }
        }

        /** Plaintext travels in the calls: nobody else may see them. */
        private static boolean isPrivate(String scheme, String host) {
            return "https".equals(scheme) || ("http".equals(scheme) && isThisMachine(host));
        }

        private static boolean isThisMachine(String host) {
            try {
                return (host.startsWith("127.") || host.startsWith("[") || host.equals("localhost"))
                        && InetAddress.getByName(host).isLoopbackAddress();
            } catch (UnknownHostException e) {
                return false;
            }
        }

        Duration within(String key, Duration value, Duration least, Duration most) {
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw refused(key, "must be " + least + " to " + most, null);
            }
            return value;
        }

        int within(String key, int value, int least, int most) {
            if (value < least || value > most) {
                throw refused(key, "must be " + least + " to " + most, null);
            }
            return value;
        }

        private OciRefused refused(String key, String must, @org.jspecify.annotations.Nullable Throwable cause) {
            return new OciRefused(prefix + key + " " + must + ".", cause);
        }
    }
}
