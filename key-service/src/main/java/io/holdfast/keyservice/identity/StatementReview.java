package io.holdfast.keyservice.identity;

import io.holdfast.iam.decision.Finding;
import io.holdfast.iam.decision.Finding.Severity;
import io.holdfast.iam.decision.KnownGroups;
import io.holdfast.iam.decision.PolicySet;
import io.holdfast.iam.decision.Principal;
import io.holdfast.iam.language.ParsedStatement;
import io.holdfast.iam.language.PolicyLanguage;
import io.holdfast.iam.language.PolicyLimits;
import io.holdfast.iam.language.PolicyRefusedException;
import io.holdfast.iam.language.Position;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import io.holdfast.keyservice.identity.Identities.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the author of a policy is told about its statements before any of them holds.
 *
 * @param statements one for each that was given; empty where it can't be read
 * @param remarks first those on statements that can't be read, then the others, each in the order of the statements
 */
public record StatementReview(List<Optional<ParsedStatement>> statements, List<Remark> remarks) {
    /** Bytes of one policy's statements in UTF-8: its event must fit into a message. */
    public static final int MAX_BYTES = 100 * 1024;

    public StatementReview {
        statements = List.copyOf(statements);
        remarks = List.copyOf(remarks);
    }

    /**
     * @param statement its number, from 1
     * @param severity an ERROR keeps the policy from being accepted
     * @param at where the statement stops being one of the language, or the word that means nothing here; empty for what
     *     concerns it as a whole
     */
    public record Remark(int statement, Severity severity, Optional<Position> at, String message) {
        /** The field of a request that is meant. */
        public String field() {
            return "statements[" + (statement - 1) + "]";
        }

        public String text() {
            return at.map(Position::prefix).orElse("") + message;
        }
    }

    /**
     * Reads statements as those of one policy.
     *
     * @param identity as it is now
     * @param policies of the tenancy whose policy it would be
     * @param attachment the compartment that it would be attached to
     */
    static StatementReview of(
            IdentitySnapshot identity, PolicySet policies, CompartmentId attachment, List<String> texts) {
        List<Optional<ParsedStatement>> statements = new ArrayList<>();
        List<ParsedStatement> readable = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        List<Remark> remarks = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            try {
                ParsedStatement parsed = PolicyLanguage.parse(texts.get(i));
                statements.add(Optional.of(parsed));
                readable.add(parsed);
                numbers.add(i + 1);
            } catch (PolicyRefusedException e) {
                statements.add(Optional.empty());
                remarks.add(
                        new Remark(i + 1, Severity.ERROR, Optional.of(new Position(e.line(), e.column())), e.detail()));
            }
        }
        for (Finding finding : policies.check(readable, attachment, groups(identity, attachment))) {
            remarks.add(new Remark(
                    numbers.get(finding.statement() - 1), finding.severity(), finding.at(), finding.message()));
        }
        return new StatementReview(statements, remarks);
    }

    /**
     * Reads statements that nobody has asked to keep.
     *
     * @throws ProblemException for what has not the shape of a policy's statements, or NOT_AUTHORIZED_OR_NOT_FOUND for an
     *     unknown compartment
     */
    public static StatementReview of(
            IdentitySnapshot identity, CompartmentId attachment, @Nullable List<String> statements) {
        PolicySet policies = identity.installation().policySetOf(attachment).orElseThrow(ProblemException::notFound);
        return of(identity, policies, attachment, requireShape(statements));
    }

    private static KnownGroups groups(IdentitySnapshot identity, CompartmentId attachment) {
        TenancyId tenancy = identity.tenancyOf(attachment).orElseThrow(ProblemException::notFound);
        return new KnownGroups(
                identity.groups().stream()
                        .map(Versioned::value)
                        .filter(it -> it.tenancyId().equals(tenancy))
                        .map(it -> new Principal.Group(it.id(), it.name()))
                        .toList(),
                identity.dynamicGroups(tenancy).stream()
                        .map(Versioned::value)
                        .map(it -> new Principal.DynamicGroup(it.id(), it.name()))
                        .toList());
    }

    /** Without looking at what they say: their number and length. */
    static List<String> requireShape(@Nullable List<String> statements) {
        if (statements == null || statements.isEmpty()) {
            throw ProblemException.missing("statements");
        }
        if (statements.size() > PolicyLimits.STATEMENTS_PER_POLICY) {
            throw new ProblemException(
                    ProblemCode.LIMIT_EXCEEDED,
                    "A policy has at most " + PolicyLimits.STATEMENTS_PER_POLICY + " statements.");
        }
        int bytes = 0;
        for (int i = 0; i < statements.size(); i++) {
            @Nullable String statement = statements.get(i);
            if (statement == null) {
                throw ProblemException.invalid("statements[" + i + "]", "must be a text");
            }
            bytes += statement.getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > MAX_BYTES) {
            throw ProblemException.invalid("statements", "are longer than " + MAX_BYTES + " bytes together");
        }
        return statements;
    }

    /** The first thing that keeps the policy from being accepted. */
    Optional<Remark> firstError() {
        return remarks.stream().filter(it -> it.severity() == Severity.ERROR).findFirst();
    }

    public boolean acceptable() {
        return firstError().isEmpty();
    }

    public List<Remark> warnings() {
        return remarks.stream().filter(it -> it.severity() == Severity.WARNING).toList();
    }

    /** What is to be said of one statement, numbered from 1. */
    public List<Remark> of(int statement) {
        return remarks.stream().filter(it -> it.statement() == statement).toList();
    }
}
