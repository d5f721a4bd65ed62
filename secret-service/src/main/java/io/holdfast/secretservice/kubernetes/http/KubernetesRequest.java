package io.holdfast.secretservice.kubernetes.http;

import io.holdfast.kernel.Ocid.ClusterId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was received.
 *
 * @param path decoded segments behind {@code /clusters/<ocid>/}
 * @param query the first value of each parameter
 * @param headers lower-case names, the first value of each but {@code accept}, whose values are joined
 */
record KubernetesRequest(
        String method,
        ClusterId cluster,
        List<String> path,
        Map<String, String> query,
        Map<String, String> headers,
        byte[] body) {

    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    String parameter(String name) {
        return query.getOrDefault(name, "");
    }

    /** A boolean parameter as Go reads it: absent, empty, 0 and false are false. */
    boolean flag(String name) {
        String value = query.get(name);
        return value != null && !value.isEmpty() && !value.equals("0") && !value.equalsIgnoreCase("false");
    }

    @Nullable
    String given(String name) {
        return query.get(name);
    }

    /** What was asked, without its headers: one of them is the token. */
    @Override
    public String toString() {
        return method + " /clusters/" + cluster.value() + "/" + String.join("/", path);
    }
}
