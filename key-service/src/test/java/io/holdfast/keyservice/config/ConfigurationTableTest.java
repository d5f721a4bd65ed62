package io.holdfast.keyservice.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import io.smallrye.config.ConfigMapping;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of README.md and docs/oci-vault.md name every setting that there is, and no other. */
@AnalyzeClasses(packages = "io.holdfast", importOptions = ImportOption.DoNotIncludeTests.class)
class ConfigurationTableTest {
    private static final String OF_A_VAULT = "holdfast.oci.vaults.<name>.";
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    @ArchTest
    static void everySettingIsInATable(JavaClasses classes) throws IOException {
        TreeSet<String> documented = rows(Path.of("README.md"), "holdfast.");
        documented.remove(OF_A_VAULT + "*");
        rows(Path.of("../docs/oci-vault.md"), "").stream()
                .map(name -> OF_A_VAULT + name)
                .forEach(documented::add);

        assertThat(documented).containsExactlyElementsOf(settings(classes));
    }

    private static TreeSet<String> settings(JavaClasses classes) {
        TreeSet<String> all = new TreeSet<>();
        classes.stream()
                .filter(each -> each.isAnnotatedWith(ConfigMapping.class))
                .map(JavaClass::reflect)
                // How others ask this service.
                .filter(each -> each != io.holdfast.platform.access.AccessConfig.class)
                .forEach(
                        each -> add(all, each.getAnnotation(ConfigMapping.class).prefix() + ".", each));
        return all;
    }

    private static void add(TreeSet<String> all, String prefix, Class<?> mapping) {
        for (Method setting : mapping.getDeclaredMethods()) {
            if (setting.isSynthetic()) {
                continue;
            }
            String name = prefix
                    + setting.getName().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
            Class<?> type = setting.getReturnType();
            if (type == Map.class) {
                ParameterizedType map = (ParameterizedType) setting.getGenericReturnType();
                add(all, name + ".<name>.", (Class<?>) map.getActualTypeArguments()[1]);
            } else if (type.isInterface() && type.getEnclosingClass() != null) {
                add(all, name + ".", type);
            } else {
                all.add(name);
            }
        }
    }

    /** The names in the first column of the table under a heading "key"; ".x" stands for a sibling of the name before. */
    private static TreeSet<String> rows(Path document, String start) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        Files.readAllLines(document).stream()
                .dropWhile(line -> !line.startsWith("| key | default |"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(row -> Arrays.asList(row.split("\\|")).get(1))
                .forEach(cell -> {
                    String before = "";
                    Matcher name = NAME.matcher(cell);
                    while (name.find()) {
                        before = name.group(1).startsWith(".")
                                ? before.substring(0, before.lastIndexOf('.')) + name.group(1)
                                : name.group(1);
                        if (before.startsWith(start)) {
                            names.add(before);
                        }
                    }
                });
        return names;
    }
}
