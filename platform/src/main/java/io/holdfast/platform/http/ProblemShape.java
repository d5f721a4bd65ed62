package io.holdfast.platform.http;

import io.holdfast.kernel.ProblemCode;
import jakarta.ws.rs.core.Response;

/** What a problem looks like on the wire. The default is OCI's; a service with another API brings a bean of its own. */
public interface ProblemShape {

    /**
     * @param path of the request, decoded, for a service whose APIs differ by path
     * @param message shown to the client
     */
    Response render(ProblemCode code, String message, String path);
}
