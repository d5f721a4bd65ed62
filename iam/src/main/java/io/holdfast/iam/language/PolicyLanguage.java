package io.holdfast.iam.language;

import io.holdfast.iam.language.grammar.PolicyLexer;
import io.holdfast.iam.language.grammar.PolicyParser;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.RuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStream;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads policy statements (OCI documentation, "Policy Syntax") and the matching rules of dynamic groups.
 *
 * <p>Length and nesting are checked before the parser runs, so no input overflows the stack. Thread safe.
 */
public final class PolicyLanguage {
    private PolicyLanguage() {}

    /**
     * Reads one statement.
     *
     * @throws PolicySyntaxException where it is not of the language
     * @throws PolicyUnsupportedException where it uses a part that is not evaluated yet
     * @throws PolicyLimitException where it is longer or deeper than {@link PolicyLimits} allows
     */
    public static ParsedStatement parse(String text) {
        requireLength("a statement", PolicyLimits.STATEMENT_LENGTH, text);
        StatementReader reader = new StatementReader();
        Statement statement = reader.read(parser(text, PolicyLexer.DEFAULT_MODE).statement());
        return new ParsedStatement(text, statement, reader.places(), reader.warnings());
    }

    /**
     * Reads the matching rule of a dynamic group.
     *
     * @throws PolicySyntaxException where it is not of the language
     * @throws PolicyLimitException where it is longer or deeper than {@link PolicyLimits} allows
     */
    public static ParsedRule parseRule(String text) {
        requireLength("a matching rule", PolicyLimits.RULE_LENGTH, text);
        RuleReader reader = new RuleReader();
        MatchingRule rule =
                reader.read(parser(text, PolicyLexer.CONDITION).matchingRule().ruleTerm());
        return new ParsedRule(text, rule, reader.warnings());
    }

    private static PolicyParser parser(String text, int mode) {
        PolicyLexer lexer = new PolicyLexer(CharStreams.fromString(text));
        lexer.mode(mode);
        lexer.removeErrorListeners();
        lexer.addErrorListener(FirstError.INSTANCE);
        CommonTokenStream tokens = new CommonTokenStream(lexer);
        tokens.fill();
        requireDepth(tokens.getTokens());
        PolicyParser parser = new PolicyParser(tokens);
        parser.removeErrorListeners();
        parser.addErrorListener(FirstError.INSTANCE);
        return parser;
    }

    /**
     * Reads the statements of one policy, all or none.
     *
     * @throws PolicyRefusedException as {@link #parse(String)}, with the number of the statement in its message, or
     *     where there are none or too many
     */
    public static List<ParsedStatement> parseAll(List<String> texts) {
        if (texts.isEmpty()) {
            throw new PolicySyntaxException(1, 1, "a policy needs at least one statement");
        }
        if (texts.size() > PolicyLimits.STATEMENTS_PER_POLICY) {
            throw new PolicyLimitException(
                    1,
                    1,
                    "a policy may have at most " + PolicyLimits.STATEMENTS_PER_POLICY + " statements, this one has "
                            + texts.size());
        }
        List<ParsedStatement> parsed = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            try {
                parsed.add(parse(texts.get(i)));
            } catch (PolicyRefusedException e) {
                throw e.inStatement(i + 1);
            }
        }
        return List.copyOf(parsed);
    }

    private static void requireLength(String noun, int most, String text) {
        if (text.length() > most) {
            throw new PolicyLimitException(
                    1, 1, noun + " may have at most " + most + " characters, this one has " + text.length());
        }
    }

    /** Names what the lexer could not read, which says more than "unexpected token". */
    private static void requireReadable(Token token) {
        switch (token.getType()) {
            case PolicyLexer.UNTERMINATED_STRING ->
                throw syntax(token, "this quoted text has no closing ' on its line");
            case PolicyLexer.UNTERMINATED_PATTERN ->
                throw syntax(token, "this pattern has no closing / on its line; a pattern is written /text*/");
            case PolicyLexer.ILLEGAL -> throw syntax(token, illegal(token.getText()));
            default -> {
                // Every other kind of token is the parser's to judge.
            }
        }
    }

    /** Half a word is wrong because of the character that cut it in two. */
    private static void requireWhole(Token token, TokenStream tokens) {
        if (token.getType() != Token.EOF) {
            Token next = tokens.get(token.getTokenIndex() + 1);
            if (next.getStartIndex() == token.getStopIndex() + 1) {
                requireReadable(next);
            }
        }
    }

    private static String illegal(String character) {
        int codePoint = character.codePointAt(0);
        return switch (character) {
            case "‘", "’", "“", "”", "\"" -> "unexpected " + character + "; texts are quoted with the straight quote '";
            // Printed, it might be invisible, or look like a character that is right.
            default ->
                codePoint < ' ' || codePoint > '~'
                        ? "unexpected character " + LookAlikes.name(codePoint)
                        : "unexpected character '" + character + "'";
        };
    }

    private static void requireDepth(List<Token> tokens) {
        int depth = 0;
        for (Token token : tokens) {
            if (token.getType() == PolicyLexer.LBRACE) {
                depth++;
            } else if (token.getType() == PolicyLexer.RBRACE && depth > 0) {
                depth--;
            }
            if (depth > PolicyLimits.NESTING_DEPTH) {
                throw new PolicyLimitException(
                        token.getLine(),
                        token.getCharPositionInLine() + 1,
                        "braces may be nested at most " + PolicyLimits.NESTING_DEPTH + " deep");
            }
        }
    }

    static PolicySyntaxException syntax(Token at, String detail) {
        return new PolicySyntaxException(at.getLine(), at.getCharPositionInLine() + 1, detail);
    }

    static PolicyUnsupportedException unsupported(Token at, String detail) {
        return new PolicyUnsupportedException(at.getLine(), at.getCharPositionInLine() + 1, detail);
    }

    /** Ends at the first error instead of recovering: what follows a repaired statement would be a guess. */
    private static final class FirstError extends BaseErrorListener {
        private static final FirstError INSTANCE = new FirstError();

        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                @Nullable Object offendingSymbol,
                int line,
                int charPositionInLine,
                String msg,
                @Nullable RecognitionException e) {
            Token wrong = e != null && e.getOffendingToken() != null
                    ? e.getOffendingToken()
                    : offendingSymbol instanceof Token token ? token : null;
            if (wrong != null) {
                requireReadable(wrong);
            }
            if (wrong != null && recognizer instanceof Parser parser) {
                requireWhole(wrong, parser.getTokenStream());
            }
            IntervalSet types = recognizer instanceof Parser parser
                    ? e == null ? parser.getExpectedTokens() : e.getExpectedTokens()
                    : null;
            RuleContext where = recognizer instanceof Parser parser ? parser.getContext() : null;
            if (wrong != null && recognizer instanceof Parser parser) {
                Token before = parser.getTokenStream().LT(-1);
                if (Expected.isMisspeltOpener(before, wrong)) {
                    wrong = before;
                    types = Expected.openers(where);
                } else if (Expected.isComparisonWithoutOperator(before, wrong, where)) {
                    types = new IntervalSet(PolicyLexer.EQUAL, PolicyLexer.NOT_EQUAL);
                }
            }
            int atLine = wrong == null ? line : wrong.getLine();
            int atColumn = wrong == null ? charPositionInLine : wrong.getCharPositionInLine();
            String expected = Expected.describe(types, where);
            String found = wrong == null ? "something else" : Expected.found(wrong, where);
            throw new PolicySyntaxException(
                    atLine,
                    atColumn + 1,
                    "expected " + expected + ", found " + found + Expected.hint(wrong, types, expected));
        }
    }
}
