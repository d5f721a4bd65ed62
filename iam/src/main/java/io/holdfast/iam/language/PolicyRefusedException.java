package io.holdfast.iam.language;

import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;

/**
 * A statement that is not accepted. Its message is for the author of the policy: where, what, and what was expected.
 * Answered as 400 InvalidParameter.
 */
public abstract sealed class PolicyRefusedException extends ProblemException
        permits PolicySyntaxException, PolicyUnsupportedException, PolicyLimitException {
    private final int line;
    private final int column;
    private final String detail;

    PolicyRefusedException(int line, int column, String detail) {
        this("", line, column, detail);
    }

    PolicyRefusedException(String prefix, int line, int column, String detail) {
        super(ProblemCode.INVALID_PARAMETER, prefix + at(line, column) + detail);
        this.line = line;
        this.column = column;
        this.detail = detail;
    }

    /** The line of the statement, from 1. */
    public int line() {
        return line;
    }

    /** The character (code point) in the line, from 1. */
    public int column() {
        return column;
    }

    /** The message without the position. */
    public String detail() {
        return detail;
    }

    /** Position and detail: the message without the number of the statement. */
    public String described() {
        return at(line, column) + detail;
    }

    private static String at(int line, int column) {
        return new Position(line, column).prefix();
    }

    /**
     * The same refusal, its message naming the statement of a policy.
     *
     * @param number from 1
     */
    abstract PolicyRefusedException inStatement(int number);

    static String prefix(int number) {
        return "statement " + number + ": ";
    }
}
