package io.holdfast.keyservice.grpc;

import io.holdfast.contracts.access.v1.Principal;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.platform.http.Caller;

/** Callers as the access contract names them. */
final class Callers {
    private Callers() {}

    static Principal principal(Caller caller) {
        return Principal.newBuilder()
                .setType(caller.type())
                .setId(caller.id())
                .setName(caller.name())
                .setTenancyId(caller.tenancyId().value())
                .setCompartmentId(caller.compartmentId())
                .build();
    }

    /** @throws io.holdfast.kernel.ProblemException INVALID_PARAMETER when it names no valid tenancy */
    static Caller caller(Principal principal) {
        return new Caller(
                principal.getType(),
                principal.getId(),
                principal.getName(),
                new TenancyId(principal.getTenancyId()),
                principal.getCompartmentId());
    }
}
