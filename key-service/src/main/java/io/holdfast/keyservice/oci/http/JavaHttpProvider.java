package io.holdfast.keyservice.oci.http;

import com.oracle.bmc.http.client.HttpClientBuilder;
import com.oracle.bmc.http.client.HttpProvider;
import com.oracle.bmc.http.client.Serializer;

/** Found by {@link java.util.ServiceLoader} for whatever the SDK asks by itself, such as its sources of credentials. */
public final class JavaHttpProvider implements HttpProvider {
    private final Throttle throttle;

    /** For requests that nobody is told of being throttled. */
    public JavaHttpProvider() {
        this(Throttle.unheeded());
    }

    /** @param throttle is told of each answer that says to stay away */
    public JavaHttpProvider(Throttle throttle) {
        this.throttle = throttle;
    }

    @Override
    public HttpClientBuilder newBuilder() {
        return new JavaHttpClientBuilder(throttle);
    }

    @Override
    public Serializer getSerializer() {
        return OciJson.INSTANCE;
    }
}
