package io.holdfast.keyservice.oci;

import com.oracle.bmc.ClientConfiguration;
import com.oracle.bmc.auth.AbstractAuthenticationDetailsProvider;
import com.oracle.bmc.circuitbreaker.CircuitBreakerConfiguration;
import com.oracle.bmc.circuitbreaker.CircuitBreakerFactory;
import com.oracle.bmc.circuitbreaker.OciCircuitBreaker;
import com.oracle.bmc.keymanagement.KmsCryptoClient;
import com.oracle.bmc.keymanagement.KmsManagementClient;
import io.holdfast.kernel.TimeSource;
import io.holdfast.keyservice.oci.http.JavaHttpProvider;
import io.holdfast.keyservice.oci.http.Throttle;
import java.time.Duration;

/**
 * The SDK's clients of one vault, with what a call to it may cost: time, attempts, and none at all while the vault is known
 * not to answer.
 *
 * @param throttle what the vault asked for
 */
record OciClients(KmsManagementClient management, KmsCryptoClient crypto, Throttle throttle) implements AutoCloseable {
    private static final int HALF = 50;
    private static final Duration WINDOW = Duration.ofSeconds(30);

    /** @throws OciRefused when there are no credentials */
    static OciClients open(OciSettings settings, TimeSource time) {
        AbstractAuthenticationDetailsProvider credentials = OciAuthentication.of(settings);
        Throttle throttle = new Throttle(time);
        JavaHttpProvider http = new JavaHttpProvider(throttle);
        ClientConfiguration configuration = ClientConfiguration.builder()
                .connectionTimeoutMillis(
                        Math.toIntExact(settings.connectTimeout().toMillis()))
                .readTimeoutMillis(Math.toIntExact(settings.readTimeout().toMillis()))
                // The KMS clients repeat nothing by default.
                .retryConfiguration(OciRetries.configuration(settings.maxAttempts(), throttle))
                .circuitBreaker(breaker(settings))
                .build();
        // Each client begins at its region's endpoint where the credentials name a region; the one given here replaces
        // it.
        return new OciClients(
                KmsManagementClient.builder()
                        .endpoint(settings.managementEndpoint().toString())
                        .configuration(configuration)
                        .httpProvider(http)
                        .build(credentials),
                KmsCryptoClient.builder()
                        .endpoint(settings.cryptoEndpoint().toString())
                        .configuration(configuration)
                        .httpProvider(http)
                        .build(credentials),
                throttle);
    }

    /** One for both endpoints of a vault, of which each is of no use without the other. */
    private static OciCircuitBreaker breaker(OciSettings settings) {
        CircuitBreakerConfiguration configuration = CircuitBreakerConfiguration.builder()
                .failureRateThreshold(HALF)
                .slidingWindowSize(Math.toIntExact(WINDOW.toSeconds()))
                .minimumNumberOfCalls(settings.breakerCalls())
                .waitDurationInOpenState(settings.breakerPause())
                .build();
        // The SDK's own rule would also count each call for a key that is disabled.
        return CircuitBreakerFactory.build(configuration, OciRetries::isOutage);
    }

    @Override
    public void close() {
        management.close();
        crypto.close();
    }
}
