package io.holdfast.keyservice.http.identity;

import io.holdfast.iam.decision.Decision.StatementRef;
import io.holdfast.kernel.Ocid.PolicyId;

/** A statement of a policy, numbered from 1. */
public record StatementDocument(PolicyId policyId, String policyName, int statement, String text) {
    public static StatementDocument of(StatementRef ref) {
        return new StatementDocument(ref.policy(), ref.policyName(), ref.number(), ref.text());
    }
}
