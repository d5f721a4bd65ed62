package io.holdfast.iam.decision;

import io.holdfast.iam.language.Location;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.PolicyPrinter;
import io.holdfast.iam.language.PolicyRefusedException;
import io.holdfast.iam.language.Statement;
import io.holdfast.kernel.Ocid.CompartmentId;
import java.util.List;
import java.util.Optional;

/**
 * Lets statements that name a compartment by its path go on to name it when it, or one above it, has another place or name.
 * OCI rewrites the paths in policies attached to an ancestor of both places, and no others (OCI documentation, "Moving a
 * Compartment"); where it keeps the compartment's OCID, as for names, we write the new one.
 *
 * @param before what the statements were written for
 * @param after the same compartments as they will be
 */
public record Relocation(CompartmentTree before, CompartmentTree after) {
    /**
     * The statements of a policy, as they should be; one that need not change is the same to the letter, one that does is in
     * canonical form.
     */
    public List<String> rewritten(List<String> statements, CompartmentId attachment) {
        return statements.stream().map(it -> rewritten(it, attachment)).toList();
    }

    private String rewritten(String text, CompartmentId attachment) {
        try {
            return rewritten(PolicyLanguage.parse(text).statement(), attachment)
                    .map(PolicyPrinter::print)
                    .filter(Relocation::isReadable)
                    .orElse(text);
        } catch (PolicyRefusedException unreadable) {
            // It grants nothing as it is.
            return text;
        }
    }

    /** A path may have become too long for a statement. */
    private static boolean isReadable(String text) {
        try {
            PolicyLanguage.parse(text);
            return true;
        } catch (PolicyRefusedException tooLong) {
            return false;
        }
    }

    /** Empty for one that need not change, or can't. */
    private Optional<Statement> rewritten(Statement statement, CompartmentId attachment) {
        return switch (statement) {
            case Statement.Allow(var subject, var action, var location, var condition) ->
                moved(location, attachment).map(it -> new Statement.Allow(subject, action, it, condition));
            case Statement.Admit(var subject, var tenancy, var action, var location, var condition) ->
                moved(location, attachment).map(it -> new Statement.Admit(subject, tenancy, action, it, condition));
            case Statement.Deny(var denied) ->
                rewritten(denied, attachment)
                        .map(Statement.Permitting.class::cast)
                        .map(Statement.Deny::new);
            case Statement.Endorse endorse -> Optional.empty();
            case Statement.Define define -> Optional.empty();
        };
    }

    private Optional<Location> moved(Location location, CompartmentId attachment) {
        if (!(location instanceof Location.CompartmentPath(var names))) {
            return Optional.empty();
        }
        Optional<CompartmentId> named = before.resolve(attachment, names);
        if (named.isEmpty() || named.equals(after.resolve(attachment, names))) {
            return Optional.empty();
        }
        return after.path(attachment, named.orElseThrow()).map(Location.CompartmentPath::new);
    }
}
