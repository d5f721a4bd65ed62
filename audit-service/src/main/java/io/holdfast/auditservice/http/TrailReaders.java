package io.holdfast.auditservice.http;

import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.Caller;
import io.holdfast.platform.http.CurrentCaller;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/** Who may read the trail: it tells of every compartment, so the permission is needed in the root compartment. */
@Singleton
class TrailReaders {
    private static final List<String> PERMISSIONS = List.of("AUDIT_EVENT_READ");
    private final CurrentCaller caller;
    private final Authorizer authorizer;

    @Inject
    TrailReaders(CurrentCaller caller, Authorizer authorizer) {
        this.caller = caller;
        this.authorizer = authorizer;
    }

    /** @throws io.holdfast.kernel.ProblemException NOT_AUTHORIZED_OR_NOT_FOUND for anybody else */
    void require(String operation) {
        Caller present = caller.get();
        authorizer.require(present, operation, PERMISSIONS, present.tenancyId().rootCompartment(), Map.of());
    }
}
