package io.holdfast.iam.language;

import static io.holdfast.iam.language.PolicyLanguage.syntax;
import static io.holdfast.iam.language.PolicyLanguage.unsupported;

import io.holdfast.iam.language.grammar.PolicyParser;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Printable;
import io.holdfast.kernel.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Turns the parser's tree of one statement into values. Used once. */
final class StatementReader {
    private final List<String> warnings = new ArrayList<>();

    List<String> warnings() {
        return warnings;
    }

    Statement read(PolicyParser.StatementContext tree) {
        PolicyParser.AllowContext allow = tree.allow();
        return new Statement.Allow(
                subject(allow.subject()),
                action(allow.action()),
                location(allow.location()),
                Optional.ofNullable(allow.condition()).map(this::condition));
    }

    private Subject subject(PolicyParser.SubjectContext tree) {
        return switch (tree) {
            case PolicyParser.AnyUserContext it -> new Subject.AnyUser();
            case PolicyParser.AnyGroupContext it -> new Subject.AnyGroup();
            case PolicyParser.GroupsContext it ->
                it.ids() != null
                        ? new Subject.GroupsById(ids(it.ids(), GroupId::new))
                        : new Subject.GroupsNamed(names(it.names()));
            case PolicyParser.DynamicGroupsContext it ->
                it.ids() != null
                        ? new Subject.DynamicGroupsById(ids(it.ids(), DynamicGroupId::new))
                        : new Subject.DynamicGroupsNamed(names(it.names()));
            case PolicyParser.OtherSubjectContext it ->
                throw unsupported(it.kind, "the subject '" + it.kind.getText() + "' is not supported yet");
            default -> throw unknown(tree);
        };
    }

    private static <T> List<T> ids(PolicyParser.IdsContext tree, Function<String, T> type) {
        return tree.word().stream().map(word -> id(word, type)).toList();
    }

    private static <T> T id(PolicyParser.WordContext word, Function<String, T> type) {
        try {
            return type.apply(word.getText());
        } catch (ProblemException e) {
            throw syntax(word.getStart(), "expected an OCID: " + e.getMessage());
        }
    }

    private List<Subject.Name> names(PolicyParser.NamesContext tree) {
        return tree.name().stream().map(this::name).toList();
    }

    private Subject.Name name(PolicyParser.NameContext tree) {
        warnOfBrackets(tree.LT());
        String first = text(tree.first);
        return tree.second == null ? Subject.Name.of(first) : new Subject.Name(Optional.of(first), text(tree.second));
    }

    private static String text(PolicyParser.NameTextContext tree) {
        if (tree.STRING() == null) {
            return tree.getText();
        }
        String text = unquote(tree.STRING().getSymbol());
        if (text.isBlank()) {
            throw syntax(tree.getStart(), "a name may not be empty");
        }
        return text;
    }

    private Action action(PolicyParser.ActionContext tree) {
        return switch (tree) {
            case PolicyParser.VerbActionContext it ->
                new Action.OnResources(verb(it.verb), it.word().getText());
            case PolicyParser.PermissionsActionContext it ->
                new Action.Permissions(
                        it.word().stream().map(ParserRuleContext::getText).toList());
            default -> throw unknown(tree);
        };
    }

    private static Verb verb(Token token) {
        return switch (token.getType()) {
            case PolicyParser.INSPECT -> Verb.INSPECT;
            case PolicyParser.READ -> Verb.READ;
            case PolicyParser.USE -> Verb.USE;
            case PolicyParser.MANAGE -> Verb.MANAGE;
            default -> throw unsupported(token, "the verb '" + token.getText() + "' is not supported yet");
        };
    }

    private Location location(PolicyParser.LocationContext tree) {
        return switch (tree) {
            case PolicyParser.TenancyLocationContext it -> new Location.Tenancy();
            case PolicyParser.CompartmentLocationContext it -> place(it.place());
            default -> throw unknown(tree);
        };
    }

    private Location place(PolicyParser.PlaceContext tree) {
        return switch (tree) {
            case PolicyParser.PlaceByIdContext it -> new Location.CompartmentById(id(it.word(), CompartmentId::new));
            case PolicyParser.PlaceByPathContext it ->
                new Location.CompartmentPath(
                        it.pathName().stream().map(this::pathName).toList());
            default -> throw unknown(tree);
        };
    }

    private String pathName(PolicyParser.PathNameContext tree) {
        warnOfBrackets(tree.LT());
        return text(tree.nameText());
    }

    /** The documentation's examples keep the brackets of their templates, and authors copy them. */
    private void warnOfBrackets(TerminalNode bracket) {
        if (bracket != null) {
            Token at = bracket.getSymbol();
            warnings.add("line " + at.getLine() + ":" + (at.getCharPositionInLine() + 1)
                    + ": the angle brackets are not part of a name and were left out");
        }
    }

    private Condition condition(PolicyParser.ConditionContext tree) {
        return switch (tree) {
            case PolicyParser.CombinedContext it -> {
                List<Condition> members =
                        it.condition().stream().map(this::condition).toList();
                yield it.kind.getType() == PolicyParser.ALL ? new Condition.All(members) : new Condition.Any(members);
            }
            case PolicyParser.SingleContext it -> single(variable(it.WORD()), it.test());
            case PolicyParser.IntersectionContext it ->
                throw unsupportedOperator(it.SETS_INTERSECT().getSymbol());
            default -> throw unknown(tree);
        };
    }

    private Condition single(Condition.Variable variable, PolicyParser.TestContext tree) {
        return switch (tree) {
            case PolicyParser.ComparisonContext it ->
                new Condition.Compare(
                        variable,
                        it.operator.getType() == PolicyParser.EQUAL
                                ? Condition.Operator.EQUAL
                                : Condition.Operator.NOT_EQUAL,
                        operand(it.operand()));
            case PolicyParser.MembershipContext it -> {
                if (it.NOT() != null) {
                    throw unsupported(it.NOT().getSymbol(), "the operator 'not in' is not supported yet");
                }
                yield new Condition.OneOf(
                        variable,
                        it.STRING().stream()
                                .map(value -> value(value.getSymbol()))
                                .toList());
            }
            case PolicyParser.InstantContext it -> throw unsupportedOperator(it.operator);
            case PolicyParser.RangeContext it ->
                throw unsupportedOperator(it.BETWEEN().getSymbol());
            default -> throw unknown(tree);
        };
    }

    private static PolicyUnsupportedException unsupportedOperator(Token operator) {
        return unsupported(operator, "the operator '" + operator.getText() + "' is not supported yet");
    }

    private static Condition.Variable variable(TerminalNode word) {
        if (!Words.isVariable(word.getText())) {
            throw syntax(
                    word.getSymbol(),
                    "expected a variable, which begins with 'request.' or 'target.', found '"
                            + Printable.shorten(word.getText()) + "'");
        }
        return new Condition.Variable(word.getText());
    }

    private Condition.Operand operand(PolicyParser.OperandContext tree) {
        if (tree.STRING() != null) {
            return new Condition.Text(value(tree.STRING().getSymbol()));
        }
        if (tree.PATTERN() != null) {
            return pattern(tree.PATTERN().getSymbol());
        }
        TerminalNode word = tree.WORD();
        if (!Words.isVariable(word.getText())) {
            throw syntax(
                    word.getSymbol(),
                    "expected a quoted value, a pattern or a variable, found '" + Printable.shorten(word.getText())
                            + "'; values are written in quotes");
        }
        return new Condition.Variable(word.getText());
    }

    private String value(Token token) {
        String value = unquote(token);
        if (value.indexOf('<') >= 0 && value.indexOf('>') > value.indexOf('<')) {
            warnings.add("line " + token.getLine() + ":" + (token.getCharPositionInLine() + 1) + ": the value "
                    + Printable.shorten(token.getText()) + " looks like a placeholder and is compared as it stands");
        }
        return value;
    }

    private static String unquote(Token token) {
        StringBuilder out = new StringBuilder();
        readEscaped(token, "'\\", (character, escaped) -> out.append(character));
        return out.toString();
    }

    private static Condition.Pattern pattern(Token token) {
        List<String> pieces = new ArrayList<>();
        StringBuilder piece = new StringBuilder();
        readEscaped(token, "/\\*", (character, escaped) -> {
            if (character == '*' && !escaped) {
                pieces.add(piece.toString());
                piece.setLength(0);
            } else {
                piece.append(character);
            }
        });
        pieces.add(piece.toString());
        return new Condition.Pattern(pieces);
    }

    private interface CharacterSink {
        void accept(char character, boolean escaped);
    }

    /** Walks what stands between the delimiters of a token. */
    private static void readEscaped(Token token, String escapable, CharacterSink sink) {
        String text = token.getText();
        int i = 1;
        while (i < text.length() - 1) {
            char c = text.charAt(i++);
            if (c != '\\') {
                sink.accept(c, false);
                continue;
            }
            char escaped = text.charAt(i++);
            if (escapable.indexOf(escaped) < 0) {
                throw new PolicySyntaxException(
                        token.getLine(),
                        token.getCharPositionInLine() + 1 + text.codePointCount(0, i - 2),
                        "unknown escape \\" + Printable.shorten(String.valueOf(escaped))
                                + "; a backslash itself is written \\\\");
            }
            sink.accept(escaped, true);
        }
    }

    /** The grammar has grown an alternative that this class does not read: a defect, never the author's fault. */
    private static IllegalStateException unknown(ParserRuleContext tree) {
        return new IllegalStateException("No reading for " + tree.getClass().getSimpleName());
    }
}
