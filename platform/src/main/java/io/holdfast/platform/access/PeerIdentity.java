package io.holdfast.platform.access;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.ProblemException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Tells a gRPC service who calls: the URI in the client's certificate, {@code holdfast://service/<name>} or
 * {@code holdfast://cluster/<ocid>}. Read once for each connection, it applies to every call on it; a call without exactly
 * one such name is UNAUTHENTICATED and reaches nothing. TLS itself has verified the certificate by then.
 */
public final class PeerIdentity extends ServerTransportFilter implements ServerInterceptor {
    private static final String SERVICE = "holdfast://service/";
    private static final String CLUSTER = "holdfast://cluster/";
    private static final Pattern SERVICE_NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    /** GeneralName's tag of a URI (RFC 5280, 4.2.1.6). */
    private static final int URI_NAME = 6;

    private static final Context.Key<Peer> CURRENT = Context.key("holdfast.peer");
    private static final Attributes.Key<Peer> OF_CONNECTION = Attributes.Key.create("holdfast.peer");

    /** Who is at the other end. */
    public sealed interface Peer {
        /** A Holdfast service, by its name. */
        record Service(String name) implements Peer {}

        /** A cluster, through a plugin or agent of its own. */
        record Cluster(ClusterId id) implements Peer {}
    }

    /**
     * The caller of the running gRPC call.
     *
     * @throws io.grpc.StatusRuntimeException UNAUTHENTICATED outside of a call that this interceptor let through
     */
    public static Peer current() {
        Peer peer = CURRENT.get();
        if (peer == null) {
            throw Status.UNAUTHENTICATED
                    .withDescription("no client certificate")
                    .asRuntimeException();
        }
        return peer;
    }

    @Override
    public Attributes transportReady(Attributes connection) {
        return peerOf(connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
                .map(peer -> connection.toBuilder().set(OF_CONNECTION, peer).build())
                .orElse(connection);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Peer peer = call.getAttributes().get(OF_CONNECTION);
        if (peer == null) {
            call.close(
                    Status.UNAUTHENTICATED.withDescription("the client's certificate names no Holdfast peer"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return Contexts.interceptCall(Context.current().withValue(CURRENT, peer), call, headers, next);
    }

    static Optional<Peer> peerOf(@Nullable SSLSession session) {
        if (session == null) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? peerOf(uris(leaf)) : Optional.empty();
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }

    static Optional<Peer> peerOf(List<String> uris) {
        if (uris.size() != 1) {
            return Optional.empty();
        }
        String uri = uris.get(0);
        if (uri.startsWith(SERVICE)
                && SERVICE_NAME.matcher(uri.substring(SERVICE.length())).matches()) {
            return Optional.of(new Peer.Service(uri.substring(SERVICE.length())));
        }
        if (uri.startsWith(CLUSTER)) {
            try {
                return Optional.of(new Peer.Cluster(new ClusterId(uri.substring(CLUSTER.length()))));
            } catch (ProblemException noOcid) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** The URIs among the certificate's subject alternative names; none when it cannot be read. */
    static List<String> uris(X509Certificate certificate) {
        List<String> found = new ArrayList<>();
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (name.size() == 2 && Integer.valueOf(URI_NAME).equals(name.get(0))) {
                        found.add(String.valueOf(name.get(1)));
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
        return List.copyOf(found);
    }
}
