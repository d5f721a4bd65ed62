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

/** Who signs in here: an administrator and a stranger, by a header in place of a signature. */
@Singleton
public class TestPeople implements Authenticator, Authorizer {
    static final String HEADER = "x-test-caller";
    static final String ADMINISTRATOR = "administrator";
    static final String STRANGER = "stranger";
    private static final TenancyId TENANCY = new TenancyId("ocid1.tenancy.oc1..acme");

    @Override
    public Caller authenticate(SignedRequest request) {
        String name = request.headers().getOrDefault(HEADER, "");
        if (!name.equals(ADMINISTRATOR) && !name.equals(STRANGER)) {
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
        return new Caller("user", "ocid1.user.oc1.." + name, name, TENANCY, "");
    }

    @Override
    public Decision decide(
            Caller caller,
            String operation,
            List<String> permissions,
            CompartmentId compartment,
            Map<String, String> variables) {
        boolean allowed = caller.name().equals(ADMINISTRATOR)
                && permissions.equals(List.of("AUDIT_EVENT_READ"))
                && compartment.equals(TENANCY.rootCompartment());
        return new Decision(
                allowed, allowed ? "" : "no policy allows it", 1, Validity.UNTIL_CHANGE, Optional.of(TENANCY));
    }
}
