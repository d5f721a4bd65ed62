package io.holdfast.testkit.routes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What must hold of every route of a service: without a signature it is answered 401, and to somebody who signs and whom no
 * policy names as if nothing were there, because the policies were asked. Routes that are not so have a name and a reason.
 */
public final class RouteReview {
    private static final int UNAUTHORIZED = 401;
    private static final Map<String, Integer> REFUSALS =
            Map.of("NotAuthorizedOrNotFound", 404, "RelatedResourceNotAuthorizedOrNotFound", 400);

    private final List<Route> routes;
    private final Map<String, Exemption> exemptions;

    /** @param exemptions by handler */
    public RouteReview(List<Route> routes, Map<String, Exemption> exemptions) {
        this.routes = List.copyOf(routes);
        this.exemptions = Map.copyOf(exemptions);
    }

    /**
     * A route that is not decided by policies.
     *
     * @param status what somebody without any policy is answered
     * @param reason why that is right
     */
    public record Exemption(int status, String reason) {}

    /**
     * An answer of the service.
     *
     * @param code of its problem; empty when there is none
     * @param questions how often policies were asked for it
     */
    public record Answer(int status, String code, int questions) {}

    /** Calls a route, with ids of what exists in the place of its placeholders and with a body that it can read. */
    public interface Client {
        Answer withoutSignature(Route route);

        /** Signed by a user whom no policy names. */
        Answer asStranger(Route route);
    }

    /** What is wrong, a line for each route; empty when all is well. */
    public List<String> faults(Client client) {
        List<String> faults = new ArrayList<>();
        Set<String> unused = new HashSet<>(exemptions.keySet());
        for (Route route : routes) {
            unused.remove(route.handler());
            Answer unsigned = client.withoutSignature(route);
            if (unsigned.status() != UNAUTHORIZED) {
                faults.add(route + ": without a signature " + unsigned);
            }
            stranger(route, client.asStranger(route)).ifPresent(faults::add);
        }
        for (String handler : unused) {
            faults.add(handler + " is exempt and no route");
        }
        return faults;
    }

    private Optional<String> stranger(Route route, Answer answer) {
        Exemption exemption = exemptions.get(route.handler());
        if (exemption != null) {
            return answer.status() == exemption.status()
                    ? Optional.empty()
                    : Optional.of(route + ": is exempt (" + exemption.reason() + ") for " + exemption.status()
                            + ", not for " + answer);
        }
        Integer refusal = REFUSALS.get(answer.code());
        if (refusal == null || refusal != answer.status()) {
            return Optional.of(route + ": a stranger is not refused as one: " + answer);
        }
        return answer.questions() > 0
                ? Optional.empty()
                : Optional.of(route + ": refused before any policy was asked, so the test shows nothing: " + answer);
    }
}
