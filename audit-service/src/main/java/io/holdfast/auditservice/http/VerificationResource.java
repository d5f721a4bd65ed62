package io.holdfast.auditservice.http;

import io.holdfast.auditservice.domain.Entry;
import io.holdfast.auditservice.domain.Head;
import io.holdfast.auditservice.trail.Verification;
import io.holdfast.kernel.Bytes;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** Whether anybody changed the trail. */
@Path("/v1/verification")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class VerificationResource {
    /** A verification reads the whole trail; more than this many at once would take the database from the consumer. */
    private static final int MOST_AT_ONCE = 2;

    private final Verification verification;
    private final TrailReaders readers;
    private final Semaphore running = new Semaphore(MOST_AT_ONCE);

    @Inject
    VerificationResource(Verification verification, TrailReaders readers) {
        this.verification = verification;
        this.readers = readers;
    }

    @GET
    @Operation(
            operationId = "VerifyTrail",
            summary = "Recomputes the chain of hashes from its start and counts each source's line.")
    public ReportView verify(
            @Parameter(
                            description =
                                    "A head from an earlier verification, hex: shows a trail that was cut or rewritten.")
                    @QueryParam("head")
                    @Nullable
                    String head,
            @Parameter(description = "How many entries that verification counted.") @QueryParam("entries") @Nullable
                    String entries) {
        readers.require("VerifyTrail");
        Optional<Head> remembered = remembered(head, entries);
        if (!running.tryAcquire()) {
            throw new ProblemException(ProblemCode.TOO_MANY_REQUESTS);
        }
        try {
            return ReportView.of(verification.run(remembered));
        } finally {
            running.release();
        }
    }

    private static Optional<Head> remembered(@Nullable String head, @Nullable String entries) {
        if (head == null && entries == null) {
            return Optional.empty();
        }
        if (head == null) {
            throw ProblemException.missing("head");
        }
        if (!head.matches("[0-9a-fA-F]{" + 2 * Entry.HASH_BYTES + "}")) {
            throw ProblemException.invalid("head", "must be 64 hexadecimal digits");
        }
        long position = EventQuery.number("entries", entries).orElseThrow(() -> ProblemException.missing("entries"));
        return Optional.of(
                new Head(position, Bytes.takeOwnershipOf(HexFormat.of().parseHex(head))));
    }
}
