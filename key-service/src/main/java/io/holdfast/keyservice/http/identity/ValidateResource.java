package io.holdfast.keyservice.http.identity;

import io.holdfast.iam.decision.Finding.Severity;
import io.holdfast.iam.language.ParsedStatement;
import io.holdfast.iam.language.PolicyPrinter;
import io.holdfast.iam.language.Position;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identity;
import io.holdfast.keyservice.identity.StatementReview;
import io.holdfast.keyservice.identity.StatementReview.Remark;
import io.holdfast.platform.http.Authorizer;
import io.holdfast.platform.http.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Holdfast's own: how the statements of a policy would be understood, and what is wrong with them. Keeps nothing. Needs
 * POLICY_READ in the compartment that the policy would be attached to.
 */
@Path("/v1/policies/validate")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "policies")
public class ValidateResource {
    private final Identity identity;
    private final Authorizer authorizer;
    private final CurrentCaller current;

    @Inject
    public ValidateResource(Identity identity, Authorizer authorizer, CurrentCaller current) {
        this.identity = identity;
        this.authorizer = authorizer;
        this.current = current;
    }

    /**
     * @param compartmentId that the policy would be attached to
     * @param statements of one policy: what one of them defines, the others may use
     */
    public record Draft(
            @Nullable CompartmentId compartmentId, @Nullable List<String> statements) {}

    /**
     * @param line from 1; absent for what concerns the statement as a whole
     * @param column the character in the line, from 1
     */
    public record RemarkDocument(
            Severity severity,
            @Nullable Integer line,
            @Nullable Integer column,
            String message) {
        static RemarkDocument of(Remark remark) {
            return new RemarkDocument(
                    remark.severity(),
                    remark.at().map(Position::line).orElse(null),
                    remark.at().map(Position::column).orElse(null),
                    remark.message());
        }
    }

    /**
     * @param statement its number, from 1
     * @param text as its author wrote it
     * @param canonical the same in one spelling; absent, as the tree, when it can't be read
     * @param tree its parts
     */
    public record StatementReading(
            int statement,
            String text,
            @Nullable String canonical,
            @Nullable Map<String, Object> tree,
            List<RemarkDocument> remarks) {}

    /** @param valid whether a policy of these statements would be accepted */
    public record Validation(boolean valid, List<StatementReading> statements) {}

    @POST
    @Operation(
            operationId = "ValidatePolicy",
            summary = "How the statements of a policy would be understood, what is wrong with them, and what may not be"
                    + " meant")
    public Validation validate(@Nullable Draft body) {
        Draft draft = Bodies.required(body);
        CompartmentId compartment = draft.compartmentId();
        if (compartment == null) {
            throw ProblemException.missing("compartmentId");
        }
        authorizer.require(current.get(), "ValidatePolicy", List.of("POLICY_READ"), compartment, Map.of());
        List<String> texts = draft.statements();
        StatementReview review = StatementReview.of(identity.current().identity(), compartment, texts);
        List<StatementReading> readings = new ArrayList<>();
        for (int i = 0; i < review.statements().size(); i++) {
            Optional<ParsedStatement> parsed = review.statements().get(i);
            readings.add(new StatementReading(
                    i + 1,
                    texts == null ? "" : texts.get(i),
                    parsed.map(it -> PolicyPrinter.print(it.statement())).orElse(null),
                    parsed.map(it -> StatementTree.of(it.statement())).orElse(null),
                    review.of(i + 1).stream().map(RemarkDocument::of).toList()));
        }
        return new Validation(review.acceptable(), readings);
    }
}
