package io.holdfast.system.load;

import io.holdfast.system.HoldfastApi;
import io.holdfast.system.StackEnvironment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The load driver of rotation: how long the rotation of a key takes that has about 100 versions (the most there may be),
 * beside that of a key with 2, in turns in one run.
 *
 * <p>Arguments: the state directory of a running stack, then {@code --keys N} keys with many versions (4 by default), each
 * measured over its last ten rotations.
 */
public final class RotationLoad {
    private static final int MANY = 90;
    private static final int MOST = 100;

    private RotationLoad() {}

    public static void main(String[] args) {
        StackEnvironment stack = StackEnvironment.ofArguments(args);
        int keys = Options.of(args, "keys").number("keys", 4);
        HoldfastApi api = new HoldfastApi(stack);
        String name = Long.toString(System.currentTimeMillis(), 36);
        String compartment = api.compartment("load");
        api.createVault(compartment, "rotation-" + name);
        List<Double> many = new ArrayList<>();
        List<Double> two = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            String old = key(api, compartment, name + "-" + i, MANY);
            for (int versions = MANY; versions < MOST; versions++) {
                // A key with 2 versions has 3 after its rotation: a new one each time.
                two.add(milliseconds(api, key(api, compartment, name + "-" + i + "-" + versions, 2)));
                many.add(milliseconds(api, old));
            }
        }
        System.out.printf(
                "rotation, median of %d: %.1f ms with %d to %d versions, %.1f ms with 2, ratio %.2f%n",
                two.size(), median(many), MANY, MOST - 1, median(two), median(many) / median(two));
    }

    private static String key(HoldfastApi api, String compartment, String name, int versions) {
        String key = api.createKey(compartment, name).path("id").asText();
        for (int version = 2; version <= versions; version++) {
            api.rotate(key);
        }
        return key;
    }

    private static double milliseconds(HoldfastApi api, String key) {
        long began = System.nanoTime();
        api.rotate(key);
        return (System.nanoTime() - began) / 1e6;
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
