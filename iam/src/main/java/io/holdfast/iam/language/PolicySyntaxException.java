package io.holdfast.iam.language;

/** A statement that is not of the policy language. */
public final class PolicySyntaxException extends PolicyRefusedException {
    PolicySyntaxException(int line, int column, String detail) {
        super(line, column, detail);
    }

    private PolicySyntaxException(String prefix, PolicySyntaxException it) {
        super(prefix, it.line(), it.column(), it.detail());
    }

    @Override
    PolicySyntaxException inStatement(int number) {
        return new PolicySyntaxException(prefix(number), this);
    }
}
