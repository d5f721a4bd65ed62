package io.holdfast.platform.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.holdfast.kernel.ProblemCode;
import io.quarkus.arc.DefaultBean;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code {"code": …, "message": …}} (OCI documentation, "API Errors"). */
@Singleton
@DefaultBean
public class OciProblemShape implements ProblemShape {

    /** The body. */
    public record Body(
            @JsonProperty("code") String code,
            @JsonProperty("message") String message) {}

    @Override
    public Response render(ProblemCode code, String message, String path) {
        return Response.status(code.status())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(new Body(code.code(), message))
                .build();
    }
}
