package io.holdfast.platform.edge;

import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.platform.http.Authenticator;
import io.holdfast.platform.http.Caller;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes "good" for a signature and remembers what it was asked. */
@Singleton
public class StubAuthenticator implements Authenticator {
    static final List<SignedRequest> ASKED = new CopyOnWriteArrayList<>();

    @Override
    public Caller authenticate(SignedRequest request) {
        ASKED.add(request);
        if (!request.authorization().equals("good")) {
            throw new ProblemException(ProblemCode.NOT_AUTHENTICATED);
        }
        return new Caller("user", "ocid1.user.oc1..u", "ann", new TenancyId("ocid1.tenancy.oc1..t"), "");
    }
}
