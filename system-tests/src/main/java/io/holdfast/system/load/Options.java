package io.holdfast.system.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code --name number} after the first argument, which is the stack's state directory. */
record Options(Map<String, Integer> numbers) {
    Options {
        numbers = Map.copyOf(numbers);
    }

    /** @throws IllegalArgumentException for a name that the driver does not know, or what is no positive number */
    static Options of(String[] args, String... known) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int at = 1; at < args.length; at += 2) {
            String name = args[at].startsWith("--") ? args[at].substring(2) : "";
            int number = at + 1 < args.length ? Integer.parseInt(args[at + 1]) : 0;
            if (!List.of(known).contains(name) || number < 1) {
                throw new IllegalArgumentException(
                        args[at] + " and a number from 1: known are " + String.join(", ", known));
            }
            numbers.put(name, number);
        }
        return new Options(numbers);
    }

    int number(String name, int otherwise) {
        return numbers.getOrDefault(name, otherwise);
    }
}
