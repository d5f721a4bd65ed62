package io.holdfast.keyservice.http;

import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.keyservice.deletion.ClockConfirmation;
import io.holdfast.keyservice.deletion.ClockConfirmation.Standing;
import io.holdfast.platform.http.Caller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Holdfast's own: whether the wall clock is believed when keys are deleted by it, and an operator's word that it is right. */
@Path("/v1/deletions/clock")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "deletions")
public class DeletionClockResource {
    private final Operations operations;
    private final Fields fields;
    private final ClockConfirmation clock;

    public DeletionClockResource(Operations operations, Fields fields, ClockConfirmation clock) {
        this.operations = operations;
        this.fields = fields;
        this.clock = clock;
    }

    /** The clock of the replica that answers, and what of the caller's tenancy waits for it. */
    @Schema(name = "DeletionClock")
    public record DeletionClock(
            @Schema(description = "The wall clock of the replica that answers")
            Instant wallTime,

            @Schema(description = "The last wall time that was believed; absent when none ever was") @Nullable
            Instant heartbeat,

            @Schema(description = "Whether wall time and heartbeat agree; if not, this replica holds all deletions")
            boolean believed,

            @Schema(description = "How far they may differ, as an ISO-8601 duration", examples = "PT1H")
            String tolerance,

            @Schema(description = "How many deletions of the tenancy are due by the wall clock")
            long due,

            @Schema(description = "How many are scheduled, with those that are due")
            long scheduled,

            @Schema(description = "Since when DeletionsHeld says that they are held; absent when it does not") @Nullable
            Instant heldSince) {
        static DeletionClock of(Standing standing) {
            return new DeletionClock(
                    standing.wallTime(),
                    standing.heartbeat().orElse(null),
                    standing.believed(),
                    standing.tolerance().toString(),
                    standing.deletions().due(),
                    standing.deletions().scheduled(),
                    standing.since().orElse(null));
        }
    }

    /** What {@link #confirm} is given. */
    @Schema(name = "ConfirmDeletionClockDetails")
    public record ConfirmDeletionClockDetails(
            @Schema(
                    required = true,
                    description = "The time by the operator's own clock, RFC 3339; within a minute of the service's",
                    examples = "2026-12-24T12:00:00Z")
            @Nullable
            String wallTime) {}

    @GET
    @Operation(
            operationId = "GetDeletionClock",
            summary = "Whether deletions are held because the wall clock is not believed",
            description = "Needs KEY_INSPECT and VAULT_INSPECT in the tenancy.")
    public DeletionClock get() {
        return operations.run("GetDeletionClock", () -> {
            TenancyId tenancy = operations.caller().tenancyId();
            operations.require("GetDeletionClock", List.of("KEY_INSPECT", "VAULT_INSPECT"), tenancy);
            return DeletionClock.of(clock.standing(tenancy));
        });
    }

    @POST
    @Path("/confirm")
    @Operation(
            operationId = "ConfirmDeletionClock",
            summary = "Says that the wall clock is right, so that held deletions go on",
            description =
                    "Makes the service's wall time the believed one: every replica whose clock agrees with it goes on"
                            + " with its next sweep. What is due is then deleted for good. Where the clock is believed already"
                            + " nothing is done. Needs KEY_DELETE and VAULT_DELETE (manage keys, manage vaults) in the caller's"
                            + " tenancy and in each that has a scheduled deletion. On record as DeletionClockConfirmed.")
    @APIResponse(responseCode = "200", description = "The clock is believed")
    @APIResponse(
            responseCode = "409",
            description =
                    "Conflict: the time in the request is more than a minute from the service's; nothing was done")
    public DeletionClock confirm(
            @RequestBody(content = @Content(schema = @Schema(implementation = ConfirmDeletionClockDetails.class)))
                    byte @Nullable [] body) {
        return operations.run("ConfirmDeletionClock", () -> {
            ConfirmDeletionClockDetails details = fields.body(body, ConfirmDeletionClockDetails.class);
            Instant named = Fields.time(Fields.required(details.wallTime(), "wallTime"), "wallTime");
            Caller caller = operations.caller();
            Set<TenancyId> concerned = new HashSet<>(clock.concerned());
            concerned.add(caller.tenancyId());
            for (TenancyId tenancy : concerned) {
                operations.require("ConfirmDeletionClock", List.of("KEY_DELETE", "VAULT_DELETE"), tenancy);
            }
            clock.confirm(named, operations.creation("ConfirmDeletionClock", null));
            return DeletionClock.of(clock.standing(caller.tenancyId()));
        });
    }
}
