package io.holdfast.iam.language;

/** A statement or a policy beyond a limit of {@link PolicyLimits}. */
public final class PolicyLimitException extends PolicyRefusedException {
    PolicyLimitException(int line, int column, String detail) {
        super(line, column, detail);
    }

    private PolicyLimitException(String prefix, PolicyLimitException it) {
        super(prefix, it.line(), it.column(), it.detail());
    }

    @Override
    PolicyLimitException inStatement(int number) {
        return new PolicyLimitException(prefix(number), this);
    }
}
