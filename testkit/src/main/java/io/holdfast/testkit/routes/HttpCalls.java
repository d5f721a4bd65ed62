package io.holdfast.testkit.routes;

import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Calls the routes of a running service.
 *
 * @param request a new one, to the service, of nobody
 * @param stranger the header by which somebody is known whom no policy names
 * @param paths by handler, for routes whose template is a pattern
 * @param ids by the names of placeholders
 * @param query what any route may need, all in one
 * @param bodies by handler; a route without one here gets an empty object
 * @param questions how often policies were asked about the stranger until now
 */
public record HttpCalls(
        Supplier<RequestSpecification> request,
        Header stranger,
        Map<String, String> paths,
        Map<String, String> ids,
        String query,
        Map<String, Object> bodies,
        IntSupplier questions)
        implements RouteReview.Client {

    @Override
    public RouteReview.Answer withoutSignature(Route route) {
        Response answer = send(route, request.get());
        return new RouteReview.Answer(answer.statusCode(), code(answer), 0);
    }

    @Override
    public RouteReview.Answer asStranger(Route route) {
        int before = questions.getAsInt();
        Response answer = send(route, request.get().header(stranger));
        return new RouteReview.Answer(answer.statusCode(), code(answer), questions.getAsInt() - before);
    }

    private Response send(Route route, RequestSpecification request) {
        String path = paths.get(route.handler());
        if (!route.method().equals("GET") && !route.method().equals("DELETE")) {
            request.contentType(ContentType.JSON).body(bodies.getOrDefault(route.handler(), Map.of()));
        }
        return request.urlEncodingEnabled(false)
                .request(route.method(), (path == null ? route.path(ids) : path) + query);
    }

    private static String code(Response answer) {
        Object code = answer.contentType().startsWith("application/json") ? answer.path("code") : null;
        return code == null ? "" : code.toString();
    }
}
