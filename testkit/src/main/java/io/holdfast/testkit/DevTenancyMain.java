package io.holdfast.testkit;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** Writes the files of a further tenancy of the development stack: {@code <directory of the identities> <name>}. */
public final class DevTenancyMain {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");

    private DevTenancyMain() {}

    public static void main(String[] arguments) {
        if (arguments.length != 2 || !NAME.matcher(arguments[1]).matches()) {
            throw new IllegalArgumentException(
                    "A tenancy's name is 1 to 100 letters, digits, periods, hyphens and underscores");
        }
        BootstrapIdentity identity = BootstrapIdentity.in(Path.of(arguments[0]).resolve(arguments[1]), arguments[1]);
        System.out.println(identity.tenancy().value());
    }
}
