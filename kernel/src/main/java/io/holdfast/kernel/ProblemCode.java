package io.holdfast.kernel;

/**
 * The catalogue of problems that Holdfast's OCI-shaped APIs answer (OCI documentation, "API Errors").
 *
 * <p>One entry is one pair of HTTP status and code. Services add no pairs of their own; the Kubernetes API has its own
 * {@code Status} reasons.
 */
public enum ProblemCode {
    CANNOT_PARSE_REQUEST(400, "CannotParseRequest", "The request body could not be parsed."),
    INVALID_PARAMETER(400, "InvalidParameter", "A parameter is invalid."),
    MISSING_PARAMETER(400, "MissingParameter", "A required parameter is missing."),
    LIMIT_EXCEEDED(400, "LimitExceeded", "A service limit is reached."),
    RELATED_RESOURCE_NOT_FOUND(
            400,
            "RelatedResourceNotAuthorizedOrNotFound",
            "Authorization failed or a resource named in the request was not found."),
    NOT_AUTHENTICATED(
            401,
            "NotAuthenticated",
            "The required information to complete authentication was not provided or was incorrect."),
    NOT_AUTHORIZED_OR_NOT_FOUND(
            404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found."),
    NOT_FOUND(404, "NotFound", "There is no such operation."),
    METHOD_NOT_ALLOWED(405, "MethodNotAllowed", "The operation does not take this HTTP method."),
    CONFLICT(409, "Conflict", "The request conflicts with the state of the resource."),
    INCORRECT_STATE(409, "IncorrectState", "The resource is in a state that does not allow this now; try again later."),
    INVALIDATED_RETRY_TOKEN(409, "InvalidatedRetryToken", "The retry token was used for another request."),
    NO_ETAG_MATCH(412, "NoEtagMatch", "The if-match header does not name the current etag of the resource."),
    REQUEST_ENTITY_TOO_LARGE(413, "RequestEntityTooLarge", "The request body is too large."),
    URI_TOO_LONG(414, "UriTooLong", "The request line is too long."),
    UNSUPPORTED_MEDIA_TYPE(415, "UnsupportedMediaType", "The content type of the request is not supported."),
    TOO_MANY_REQUESTS(429, "TooManyRequests", "Too many requests; try again later."),
    REQUEST_HEADER_FIELDS_TOO_LARGE(431, "RequestHeaderFieldsTooLarge", "The request headers are too large."),
    INTERNAL_SERVER_ERROR(500, "InternalServerError", "An internal error occurred."),
    METHOD_NOT_IMPLEMENTED(501, "MethodNotImplemented", "This operation is not implemented."),
    SERVICE_UNAVAILABLE(503, "ServiceUnavailable", "The service is temporarily unavailable; try again later.");

    private final int status;
    private final String code;
    private final String defaultMessage;

    ProblemCode(int status, String code, String defaultMessage) {
        this.status = status;
        this.code = code;
        this.defaultMessage = defaultMessage;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The OCI error code, as it stands in the {@code code} field of the answer. */
    public String code() {
        return code;
    }

    public String defaultMessage() {
        return defaultMessage;
    }
}
