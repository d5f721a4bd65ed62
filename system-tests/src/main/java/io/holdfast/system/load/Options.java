package io.holdfast.system.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code --name value} after the first argument, which is the stack's state directory. */
record Options(Map<String, String> values) {
    Options {
        values = Map.copyOf(values);
    }

    /** @throws IllegalArgumentException for a name that the driver does not know, or one without a value */
    static Options of(String[] args, String... known) {
        Map<String, String> values = new HashMap<>();
        for (int at = 1; at < args.length; at += 2) {
            String name = args[at].startsWith("--") ? args[at].substring(2) : "";
            if (!List.of(known).contains(name) || at + 1 == args.length) {
                throw new IllegalArgumentException(args[at] + " and its value: known are " + String.join(", ", known));
            }
            values.put(name, args[at + 1]);
        }
        return new Options(values);
    }

    /** @throws IllegalArgumentException for what is no number from 1 */
    int number(String name, int otherwise) {
        int number = text(name).map(Integer::parseInt).orElse(otherwise);
        if (number < 1 && values.containsKey(name)) {
            throw new IllegalArgumentException("--" + name + " takes a number from 1");
        }
        return number;
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }
}
