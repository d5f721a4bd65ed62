package io.holdfast.secretservice.kubernetes.model;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Where a chunked list goes on: opaque to clients, bounded, and good for the namespace it was given for.
 *
 * @param revision of the list
 * @param namespace of the last object, empty for cluster-scoped kinds
 * @param name of the last object
 */
public record ContinueToken(long revision, String namespace, String name) {
    private static final int MAX_LENGTH = 1_024;
    private static final String VERSION = "1";

    public String encode() {
        String text = VERSION + "/" + revision + "/" + namespace + "/" + name;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * @param requestNamespace of the list that goes on, empty for all
     * @throws ApiRefusal 400 when it is no token, or one of another namespace
     */
    public static ContinueToken decode(ResourceKind kind, String requestNamespace, String token) {
        if (token.length() <= MAX_LENGTH) {
            try {
                String[] parts =
                        new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split("/", -1);
                if (parts.length == 4 && parts[0].equals(VERSION)) {
                    ContinueToken found = new ContinueToken(Long.parseLong(parts[1]), parts[2], parts[3]);
                    boolean namespaceFits = kind.namespaced()
                            ? Names.label(found.namespace) == null
                                    && (requestNamespace.isEmpty() || requestNamespace.equals(found.namespace))
                            : found.namespace.isEmpty();
                    if (found.revision > 0 && namespaceFits && Names.subdomain(found.name) == null) {
                        return found;
                    }
                }
            } catch (IllegalArgumentException refused) {
                // Not base64, or no number: falls to the refusal below.
            }
        }
        throw ApiRefusal.badRequest("continue key is not valid");
    }
}
