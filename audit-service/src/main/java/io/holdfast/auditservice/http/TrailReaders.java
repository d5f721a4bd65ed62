package io.holdfast.auditservice.http;

import io.holdfast.auditservice.config.AuditConfig;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.CurrentCaller;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/**
 * Who may read the trail. It tells of every compartment of every tenancy, so the permission is needed in the root
 * compartment of the operator's tenancy, whichever tenancy the caller is of: only an Admit there lets another one's in.
 */
@Singleton
class TrailReaders {
    private static final List<String> PERMISSIONS = List.of("AUDIT_EVENT_READ");
    private final CurrentCaller caller;
    private final Authorizer authorizer;
    private final CompartmentId root;

    @Inject
    TrailReaders(CurrentCaller caller, Authorizer authorizer, AuditConfig config) {
        this.caller = caller;
        this.authorizer = authorizer;
        this.root = config.tenancy().rootCompartment();
    }

    /** @throws io.holdfast.kernel.ProblemException NOT_AUTHORIZED_OR_NOT_FOUND for anybody else */
    void require(String operation) {
        authorizer.require(caller.get(), operation, PERMISSIONS, root, Map.of());
    }
}
