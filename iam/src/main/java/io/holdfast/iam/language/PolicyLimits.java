package io.holdfast.iam.language;

/** Bounds that hold before a statement or a rule is parsed. */
public final class PolicyLimits {
    /** Characters of one statement. */
    public static final int STATEMENT_LENGTH = 4_096;

    /** Characters of the matching rule of a dynamic group. */
    public static final int RULE_LENGTH = 4_096;

    /** Braces open at once in one statement or rule. It bounds the parser's recursion and every walk of a condition. */
    public static final int NESTING_DEPTH = 8;

    /** Statements of one policy. */
    public static final int STATEMENTS_PER_POLICY = 50;

    private PolicyLimits() {}
}
