package io.holdfast.testkit.routes;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.HasAnnotations;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the routes of JAX-RS resource classes in their class files, so that none is forgotten in a list. */
public final class DeclaredRoutes {
    private static final String PATH = "jakarta.ws.rs.Path";
    private static final String HTTP_METHOD = "jakarta.ws.rs.HttpMethod";

    private DeclaredRoutes() {}

    /** Of all main classes in the packages, in the order of their handlers. */
    public static List<Route> inPackages(String... packages) {
        return of(new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(packages));
    }

    /** Of some classes. */
    public static List<Route> inClasses(Class<?>... classes) {
        return of(new ClassFileImporter().importClasses(classes));
    }

    /** @throws IllegalStateException for what this scan can't see through: it must grow with what is used */
    private static List<Route> of(Iterable<JavaClass> classes) {
        List<Route> routes = new ArrayList<>();
        Set<String> handlers = new HashSet<>();
        for (JavaClass type : classes) {
            Optional<String> above = path(type);
            for (JavaMethod method : type.getMethods()) {
                List<String> verbs = verbs(method);
                Optional<String> below = path(method);
                String handler = type.getSimpleName() + "." + method.getName();
                if (verbs.isEmpty()) {
                    if (below.isPresent()) {
                        throw new IllegalStateException(
                                handler + " locates a sub-resource, which this scan does not follow");
                    }
                    continue;
                }
                if (above.isEmpty()) {
                    throw new IllegalStateException(handler + " serves a verb in a class without a path");
                }
                if (!handlers.add(handler)) {
                    throw new IllegalStateException(handler + " names two routes: give one of them another name");
                }
                for (String verb : verbs) {
                    routes.add(new Route(verb, join(above.orElseThrow(), below.orElse("")), handler));
                }
            }
        }
        routes.sort(Comparator.comparing(Route::handler).thenComparing(Route::method));
        return routes;
    }

    private static List<String> verbs(JavaMethod method) {
        List<String> verbs = new ArrayList<>();
        for (JavaAnnotation<JavaMethod> annotation : method.getAnnotations()) {
            annotation
                    .getRawType()
                    .tryGetAnnotationOfType(HTTP_METHOD)
                    .ifPresent(verb -> verbs.add((String) verb.get("value").orElseThrow()));
        }
        return verbs;
    }

    private static Optional<String> path(HasAnnotations<?> it) {
        return it.getAnnotations().stream()
                .filter(annotation -> annotation.getRawType().getName().equals(PATH))
                .map(annotation -> (String) annotation.get("value").orElseThrow())
                .findFirst();
    }

    private static String join(String above, String below) {
        String first = above.startsWith("/") ? above : "/" + above;
        if (below.isEmpty()) {
            return first;
        }
        return (first.endsWith("/") ? first.substring(0, first.length() - 1) : first)
                + (below.startsWith("/") ? below : "/" + below);
    }
}
