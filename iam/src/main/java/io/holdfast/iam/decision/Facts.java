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
    private static final int USUAL_VARIABLES = 32;

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

    private final Map<String, Values> values = new HashMap<>(USUAL_VARIABLES);
    private final Instant at;

    /** @param compartmentName of the request's target */
    Facts(Request request, Optional<String> compartmentName) {
        this.at = request.at();
        request.variables().forEach(this::put);
        Principal principal = request.principal();
        put("request.operation", request.operation());
        put("request.principal.type", principal.type());
        put("request.principal.id", principal.id().value());
        principal
                .compartmentId()
                .map(CompartmentId::value)
                .ifPresent(it -> put("request.principal.compartment.id", it));
        if (principal.type().equals(Principal.USER)) {
            put("request.user.id", principal.id().value());
            principal.name().ifPresent(it -> put("request.user.name", it));
        }
        if (!principal.groups().isEmpty()) {
            values.put(
                    "request.groups.id",
                    Values.of(principal.groups().stream()
                            .map(it -> it.id().value())
                            .sorted()
                            .toList()));
        }
        put("target.compartment.id", request.target().value());
        compartmentName.ifPresent(it -> put("target.compartment.name", it));
    }

    private void put(String name, String value) {
        values.put(name, Values.of(value));
    }

    Instant at() {
        return at;
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
        Values found = values.get(variable);
        if (found != null) {
            return found;
        }
        if (variable.equals(Variables.PERMISSION)) {
            return Values.of(permission.name());
        }
        return variable.startsWith(Variables.TIME) ? time(variable) : NONE;
    }

    private Values time(String variable) {
        ZonedDateTime utc = at.atZone(ZoneOffset.UTC);
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
