package io.holdfast.auditservice;

import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.kernel.Validity;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who signs in here, by a header in place of a signature: the administrator of the operator's tenancy, a stranger of it, and
 * the administrators of two other tenancies, of which the operator's admits one.
 */
@Singleton
public class TestPeople implements Authenticator, Authorizer {
    static final String HEADER = "x-test-caller";
    static final String ADMINISTRATOR = "administrator";
    static final String STRANGER = "stranger";
    static final String FOREIGN_ADMINISTRATOR = "foreign-administrator";
    static final String ADMITTED_ADMINISTRATOR = "admitted-administrator";
    private static final TenancyId OPERATOR = new TenancyId("ocid1.tenancy.oc1..acme");
    private static final Map<String, TenancyId> PEOPLE = Map.of(
            ADMINISTRATOR,
            OPERATOR,
            STRANGER,
            OPERATOR,
            FOREIGN_ADMINISTRATOR,
            new TenancyId("ocid1.tenancy.oc1..globex"),
            ADMITTED_ADMINISTRATOR,
            new TenancyId("ocid1.tenancy.oc1..initech"));

    private final AtomicInteger questions = new AtomicInteger();

    /** How often it was asked what somebody may. */
    int questions() {
        return questions.get();
    }

    @Override
    public Caller authenticate(SignedRequest request) {
        String name = request.headers().getOrDefault(HEADER, "");
        TenancyId tenancy = PEOPLE.get(name);
        if (tenancy == null) {
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
        return new Caller("user", "ocid1.user.oc1.." + name, name, tenancy, "");
    }

    @Override
    public Decision decide(
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        questions.incrementAndGet();
        boolean administers = !caller.name().equals(STRANGER)
                && compartment.equals(caller.tenancyId().rootCompartment());
        boolean admitted =
                caller.name().equals(ADMITTED_ADMINISTRATOR) && compartment.equals(OPERATOR.rootCompartment());
        boolean allowed = (administers || admitted) && permissions.equals(List.of("AUDIT_EVENT_READ"));
        return new Decision(
                allowed, allowed ? "" : "no policy allows it", 1, Validity.UNTIL_CHANGE, Optional.of(OPERATOR));
    }
}
