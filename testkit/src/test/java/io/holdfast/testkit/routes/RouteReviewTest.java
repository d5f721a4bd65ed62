package io.holdfast.testkit.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.testkit.routes.RouteReview.Answer;
import io.holdfast.testkit.routes.RouteReview.Exemption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteReviewTest {
    private static final Route ROUTE = new Route("GET", "/things/{thingId}/parts/{part: [a-z]+}", "Things.part");
    private static final Answer UNSIGNED = new Answer(401, "NotAuthenticated", 0);
    private static final Answer REFUSED = new Answer(404, "NotAuthorizedOrNotFound", 1);

    @Test
    void a_refusal_by_policy_is_well() {
        assertThat(faults(UNSIGNED, REFUSED)).isEmpty();
        assertThat(faults(UNSIGNED, new Answer(400, "RelatedResourceNotAuthorizedOrNotFound", 2)))
                .isEmpty();
    }

    @Test
    void an_open_route_is_a_fault() {
        assertThat(faults(UNSIGNED, new Answer(200, "", 0)))
                .singleElement()
                .asString()
                .contains("Things.part");
        assertThat(faults(UNSIGNED, new Answer(204, "", 1))).hasSize(1);
        assertThat(faults(new Answer(200, "", 0), REFUSED)).hasSize(1);
        assertThat(faults(new Answer(404, "NotFound", 0), REFUSED)).hasSize(1);
    }

    @Test
    void a_refusal_that_shows_nothing_is_a_fault() {
        assertThat(faults(UNSIGNED, new Answer(404, "NotAuthorizedOrNotFound", 0)))
                .singleElement()
                .asString()
                .contains("before any policy was asked");
        assertThat(faults(UNSIGNED, new Answer(400, "MissingParameter", 0))).hasSize(1);
        assertThat(faults(UNSIGNED, new Answer(400, "InvalidParameter", 1))).hasSize(1);
        assertThat(faults(UNSIGNED, new Answer(404, "NotFound", 1))).hasSize(1);
        assertThat(faults(UNSIGNED, new Answer(500, "InternalServerError", 1))).hasSize(1);
    }

    @Test
    void an_exemption_is_for_one_answer_and_still_needs_a_signature() {
        RouteReview review = new RouteReview(List.of(ROUTE), Map.of("Things.part", new Exemption(501, "not yet")));
        assertThat(review.faults(client(UNSIGNED, new Answer(501, "NotImplemented", 0))))
                .isEmpty();
        assertThat(review.faults(client(UNSIGNED, new Answer(200, "", 0)))).hasSize(1);
        assertThat(review.faults(client(new Answer(501, "NotImplemented", 0), new Answer(501, "NotImplemented", 0))))
                .hasSize(1);
        assertThat(new RouteReview(List.of(), Map.of("Gone.route", new Exemption(501, "not yet")))
                        .faults(client(UNSIGNED, REFUSED)))
                .hasSize(1);
    }

    @Test
    void placeholders_are_filled() {
        assertThat(ROUTE.path(Map.of("thingId", "t$1", "part", "x"))).isEqualTo("/things/t$1/parts/x");
        assertThatThrownBy(() -> ROUTE.path(Map.of("thingId", "t"))).hasMessageContaining("{part}");
    }

    private static List<String> faults(Answer unsigned, Answer stranger) {
        return new RouteReview(List.of(ROUTE), Map.of()).faults(client(unsigned, stranger));
    }

    private static RouteReview.Client client(Answer unsigned, Answer stranger) {
        return new RouteReview.Client() {
            @Override
            public Answer withoutSignature(Route route) {
                return unsigned;
            }

            @Override
            public Answer asStranger(Route route) {
                return stranger;
            }
        };
    }
}
