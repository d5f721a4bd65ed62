package io.holdfast.iam.language;

import static io.holdfast.iam.language.PolicyLanguage.syntax;
import static io.holdfast.iam.language.PolicyLanguage.unsupported;

import io.holdfast.iam.language.grammar.PolicyParser;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.DynamicGroupId;
import io.holdfast.kernel.Ocid.GroupId;
import io.holdfast.kernel.Ocid.TenancyId;
import io.holdfast.kernel.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/** Turns the parser's tree of one statement or rule into values. Used once. */
final class StatementReader {
    private final Warnings warnings = new Warnings();
    private Position start = new Position(1, 1);
    private final List<Position> subjects = new ArrayList<>();
    private final List<Position> actions = new ArrayList<>();
    private Optional<Position> tenancy = Optional.empty();
    private final List<Position> locations = new ArrayList<>();

    List<String> warnings() {
        return warnings.all();
    }

    /** Of the statement that was read. */
    Places places() {
        return new Places(start, subjects, actions, tenancy, locations);
    }

    private static Position at(ParserRuleContext tree) {
        Token token = tree.getStart();
        return new Position(token.getLine(), token.getCharPositionInLine() + 1);
    }

    Statement read(PolicyParser.StatementContext tree) {
        start = at(tree);
        if (tree.allow() != null) {
            return allow(tree.allow().granted());
        }
        if (tree.endorse() != null) {
            return endorse(tree.endorse().endorsed());
        }
        if (tree.admit() != null) {
            return admit(tree.admit().admitted());
        }
        if (tree.deny() != null) {
            return new Statement.Deny(denied(tree.deny()));
        }
        return define(tree.define());
    }

    private Statement.Permitting denied(PolicyParser.DenyContext tree) {
        if (tree.endorsed() != null) {
            return endorse(tree.endorsed());
        }
        return tree.admitted() != null ? admit(tree.admitted()) : allow(tree.granted());
    }

    private Statement.Allow allow(PolicyParser.GrantedContext tree) {
        return new Statement.Allow(
                subject(tree.subject()), action(tree.action()), location(tree.location()), where(tree.where()));
    }

    private Statement.Endorse endorse(PolicyParser.EndorsedContext tree) {
        return new Statement.Endorse(
                subject(tree.subject()), action(tree.action()), destination(tree.destination()), where(tree.where()));
    }

    private Statement.Admit admit(PolicyParser.AdmittedContext tree) {
        return new Statement.Admit(
                subject(tree.subject()),
                tenancy(tree.bracketed()),
                action(tree.action()),
                location(tree.location()),
                where(tree.where()));
    }

    private Statement.Define define(PolicyParser.DefineContext tree) {
        String alias = bracketed(tree.bracketed());
        return switch (tree.kind.getType()) {
            case PolicyParser.TENANCY -> new Statement.DefineTenancy(alias, id(tree.ocid(), TenancyId::new));
            case PolicyParser.GROUP -> new Statement.DefineGroup(alias, id(tree.ocid(), GroupId::new));
            default -> new Statement.DefineDynamicGroup(alias, id(tree.ocid(), DynamicGroupId::new));
        };
    }

    private Optional<Condition> where(PolicyParser.@Nullable WhereContext tree) {
        return Optional.ofNullable(tree).map(it -> new ConditionReader(warnings).read(it.condition()));
    }

    private Destination destination(PolicyParser.DestinationContext tree) {
        return switch (tree) {
            case PolicyParser.AnyDestinationContext it -> new Destination.AnyTenancy();
            case PolicyParser.OneDestinationContext it -> new Destination.Tenancy(tenancy(it.bracketed()));
            default -> throw unknown(tree);
        };
    }

    private String tenancy(PolicyParser.BracketedContext tree) {
        tenancy = Optional.of(at(tree));
        return bracketed(tree);
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
            case PolicyParser.ServicesContext it -> new Subject.Services(names(it.names()));
            case PolicyParser.OneResourceContext it ->
                new Subject.Resource(
                        it.word().getText(), id(it.ocid(), AnyId::new).value());
            default -> throw unknown(tree);
        };
    }

    /** An OCID of whatever type. */
    private record AnyId(String value) {
        AnyId {
            if (!value.startsWith("ocid1.")) {
                throw ProblemException.invalid("it", "begins with 'ocid1.'");
            }
        }
    }

    private <T> List<T> ids(PolicyParser.IdsContext tree, Function<String, T> type) {
        tree.ocid().forEach(it -> subjects.add(at(it)));
        return tree.ocid().stream().map(it -> id(it, type)).toList();
    }

    private <T> T id(PolicyParser.OcidContext tree, Function<String, T> type) {
        StringBuilder text = new StringBuilder();
        Token before = null;
        for (ParseTree child : tree.children) {
            Token token =
                    child instanceof ParserRuleContext rule ? rule.getStart() : ((TerminalNode) child).getSymbol();
            if (before != null && token.getStartIndex() != before.getStopIndex() + 1) {
                throw syntax(token, "an OCID has no space in it");
            }
            before = token;
            if (child instanceof ParserRuleContext) {
                text.append(child.getText());
            }
        }
        if (tree.LT() != null) {
            warnings.placeholder(tree.getStart(), tree.getText());
        }
        try {
            return type.apply(text.toString());
        } catch (ProblemException e) {
            throw syntax(tree.getStart(), "expected an OCID: " + e.getMessage());
        }
    }

    private List<Subject.Name> names(PolicyParser.NamesContext tree) {
        tree.name().forEach(it -> subjects.add(at(it)));
        return tree.name().stream().map(this::name).toList();
    }

    private Subject.Name name(PolicyParser.NameContext tree) {
        warnings.brackets(tree.LT());
        String first = text(tree.first);
        return tree.second == null ? Subject.Name.of(first) : new Subject.Name(Optional.of(first), text(tree.second));
    }

    private String text(PolicyParser.NameTextContext tree) {
        String text = tree.STRING() == null
                ? tree.getText()
                : Quoted.text(tree.STRING().getSymbol());
        if (text.isBlank()) {
            throw syntax(tree.getStart(), "a name may not be empty");
        }
        warnings.lookAlikes(tree.getStart(), "name", text);
        return text;
    }

    private Action action(PolicyParser.ActionContext tree) {
        return switch (tree) {
            case PolicyParser.VerbActionContext it -> {
                actions.add(at(it.word()));
                yield new Action.OnResources(verb(it.verb), it.word().getText());
            }
            case PolicyParser.PermissionsActionContext it -> {
                it.word().forEach(word -> actions.add(at(word)));
                yield new Action.Permissions(
                        it.word().stream().map(ParserRuleContext::getText).toList());
            }
            default -> throw unknown(tree);
        };
    }

    private static Verb verb(Token token) {
        return switch (token.getType()) {
            case PolicyParser.INSPECT -> Verb.INSPECT;
            case PolicyParser.READ -> Verb.READ;
            case PolicyParser.USE -> Verb.USE;
            case PolicyParser.MANAGE -> Verb.MANAGE;
            default ->
                throw unsupported(
                        token,
                        "the verb '" + token.getText() + "' is for networks and DNS, of which Holdfast has nothing");
        };
    }

    private Location location(PolicyParser.LocationContext tree) {
        return switch (tree) {
            case PolicyParser.TenancyLocationContext it -> {
                locations.add(at(it));
                yield new Location.Tenancy();
            }
            case PolicyParser.CompartmentLocationContext it -> place(it.place());
            default -> throw unknown(tree);
        };
    }

    private Location place(PolicyParser.PlaceContext tree) {
        return switch (tree) {
            case PolicyParser.PlaceByIdContext it -> {
                locations.add(at(it.ocid()));
                yield new Location.CompartmentById(id(it.ocid(), CompartmentId::new));
            }
            case PolicyParser.PlaceByPathContext it -> {
                it.bracketed().forEach(name -> locations.add(at(name)));
                yield new Location.CompartmentPath(
                        it.bracketed().stream().map(this::bracketed).toList());
            }
            default -> throw unknown(tree);
        };
    }

    private String bracketed(PolicyParser.BracketedContext tree) {
        warnings.brackets(tree.LT());
        return text(tree.nameText());
    }

    /** The grammar has grown an alternative that this class does not read: a defect, never the author's fault. */
    static IllegalStateException unknown(ParserRuleContext tree) {
        return new IllegalStateException("No reading for " + tree.getClass().getSimpleName());
    }
}
