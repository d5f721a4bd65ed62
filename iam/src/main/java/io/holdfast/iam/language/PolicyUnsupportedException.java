package io.holdfast.iam.language;

/** A part of the policy language that is recognised and not evaluated yet. */
public final class PolicyUnsupportedException extends PolicyRefusedException {
    PolicyUnsupportedException(int line, int column, String detail) {
        super(line, column, detail);
    }

    private PolicyUnsupportedException(String prefix, PolicyUnsupportedException it) {
        super(prefix, it.line(), it.column(), it.detail());
    }

    @Override
    PolicyUnsupportedException inStatement(int number) {
        return new PolicyUnsupportedException(prefix(number), this);
    }
}
