package io.holdfast.iam.decision;

import io.holdfast.iam.language.CaseFold;
import io.holdfast.kernel.Ocid.CompartmentId;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The values of a request's variables, for one permission after the other. A missing variable has no value. */
final class Facts {
    /** Values as they are, and without regard to case. */
    private record Values(List<String> plain, List<String> folded) {
        static Values of(String value) {
            return new Values(List.of(value), List.of(CaseFold.of(value)));
        }

        static Values of(List<String> values) {
            return new Values(values, values.stream().map(CaseFold::of).toList());
        }
    }

    private static final Values NONE = new Values(List.of(), List.of());

    private final Request request;
    private final Optional<String> compartmentName;
    private final Optional<String> region;
    /** What was asked for before. Conditions look at few variables, and often at the same ones. */
    private final Map<String, Values> known = new HashMap<>();

    /**
     * @param compartmentName of the request's target
     * @param region of the installation, where it is known
     */
    Facts(Request request, Optional<String> compartmentName, Optional<String> region) {
        this.request = request;
        this.compartmentName = compartmentName;
        this.region = region;
    }

    Instant at() {
        return request.at();
    }

    /** All the values of a variable; empty when the request does not have it. */
    List<String> of(String variable, Permission permission) {
        return values(variable, permission).plain();
    }

    /** As {@link #of}, each without regard to case. */
    List<String> folded(String variable, Permission permission) {
        return values(variable, permission).folded();
    }

    private Values values(String variable, Permission permission) {
        if (variable.equals(Variables.PERMISSION)) {
            return Values.of(permission.name());
        }
        Values found = known.get(variable);
        if (found == null) {
            found = find(variable);
            known.put(variable, found);
        }
        return found;
    }

    private Values find(String variable) {
        String given = request.variables().get(variable);
        if (given != null) {
            return Values.of(given);
        }
        Principal principal = request.principal();
        boolean user = principal.type().equals(Principal.USER);
        return switch (variable) {
            case Variables.OPERATION -> Values.of(request.operation());
            case Variables.REGION -> of(region);
            case "request.principal.type" -> Values.of(principal.type());
            case "request.principal.id" -> Values.of(principal.id().value());
            case "request.principal.compartment.id" ->
                of(principal.compartmentId().map(CompartmentId::value));
            case "request.user.id" -> user ? Values.of(principal.id().value()) : NONE;
            case "request.user.name" -> user ? of(principal.name()) : NONE;
            case "request.groups.id" ->
                Values.of(principal.groups().stream()
                        .map(it -> it.id().value())
                        .sorted()
                        .toList());
            case "target.compartment.id" -> Values.of(request.target().value());
            case "target.compartment.name" -> of(compartmentName);
            default -> variable.startsWith(Variables.TIME) ? time(variable) : NONE;
        };
    }

    private static Values of(Optional<String> value) {
        return value.map(Values::of).orElse(NONE);
    }

    private Values time(String variable) {
        ZonedDateTime utc = request.at().atZone(ZoneOffset.UTC);
        return switch (variable) {
            case Variables.MONTH_OF_YEAR -> Values.of(Integer.toString(utc.getMonthValue()));
            case Variables.DAY_OF_MONTH -> Values.of(Integer.toString(utc.getDayOfMonth()));
            case Variables.DAY_OF_WEEK -> Values.of(english(utc.getDayOfWeek()));
            default -> NONE;
        };
    }

    /** {@code Monday}: from the constant's own name, as the locale's data may change. */
    private static String english(DayOfWeek day) {
        return day.name().charAt(0) + day.name().substring(1).toLowerCase(Locale.ROOT);
    }
}
