package io.holdfast.testkit.routes;

import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The paths that the HTTP server of a service answers beside its resources. The REST edge guards none of them, so each has a name
 * and a reason why anybody may ask. A handler without a path sees every request and is no route: what it answered, the review of
 * the resources would see.
 */
public final class OpenPaths {
    /** The reason for OpenAPI, wherever a service has it. */
    public static final String CONTRACT = "the contract, which is public";

    /** Quarkus registers its resources at both, once each. */
    private static final List<String> RESOURCES = List.of("/", "/*");

    private static final String PAGE = "a page that Quarkus adds to builds for tests and development only";

    private static final Map<String, String> OF_EVERY_SERVICE = Map.of(
            "/", "the resources, which have a review of their own",
            "/q/health",
                    "whether to restart the process or send requests here, for who has no account; tells of it only",
            "/q/health-ui", PAGE,
            "/q/metrics", "counts and times without a name of what is kept, for who has no account",
            "/q/swagger-ui", PAGE);

    private OpenPaths() {}

    /**
     * Paths that are served and have no name here, and the other way round; empty when all is well.
     *
     * @param own the reason by path, which is also that of what is below it, beside what every service has
     */
    public static List<String> faults(Router router, Map<String, String> own) {
        Map<String, String> unused = new HashMap<>(OF_EVERY_SERVICE);
        unused.putAll(own);
        Set<String> named = Set.copyOf(unused.keySet());
        List<String> faults = new ArrayList<>();
        List<String> paths = paths(router, "");
        for (String path : RESOURCES) {
            if (Collections.frequency(paths, path) > 1) {
                faults.add(path + " is served by something beside the resources");
            }
        }
        for (String path : new TreeSet<>(paths)) {
            List<String> names = named.stream().filter(name -> isOf(path, name)).toList();
            unused.keySet().removeAll(names);
            if (names.isEmpty()) {
                faults.add(path + " is open and has no reason");
            }
        }
        unused.keySet().forEach(name -> faults.add(name + " is named and not served"));
        return faults;
    }

    private static boolean isOf(String path, String name) {
        return path.equals(name)
                || path.startsWith(name + "/")
                || path.startsWith(name + ".")
                || path.equals(name + "*");
    }

    /** As often as they are served. */
    private static List<String> paths(Router router, String above) {
        List<String> paths = new ArrayList<>();
        for (Route route : router.getRoutes()) {
            String path = route.getPath();
            if (route.getSubRouter() != null) {
                paths.addAll(paths(route.getSubRouter(), above + (path == null ? "" : path.replaceFirst("/$", ""))));
            } else if (path != null) {
                paths.add(above + path + (route.isExactPath() ? "" : "*"));
            } else if (route.isRegexPath()) {
                paths.add(above + route);
            }
        }
        return paths;
    }
}
