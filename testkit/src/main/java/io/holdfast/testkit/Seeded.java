package io.holdfast.testkit;

import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A small property check: the same seed gives the same values on every machine and JDK.
 *
 * <p>{@code -Dholdfast.seed=N} overrides the seed, so a failure, which names its seed and round, can be run again alone.
 */
public final class Seeded {
    private static final int MAX_ROUNDS = 1_000_000;

    private Seeded() {}

    /**
     * Makes {@code rounds} values and hands each to {@code property}.
     *
     * @param rounds from 1 to 1,000,000
     * @throws AssertionError naming the seed, the round and the value of the first failure
     */
    public static <T> void forAll(int rounds, long seed, Function<RandomGenerator, T> values, Property<T> property) {
        if (rounds < 1 || rounds > MAX_ROUNDS) {
            throw new IllegalArgumentException("rounds must be 1 to " + MAX_ROUNDS + ": " + rounds);
        }
        long used = Long.getLong("holdfast.seed", seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(used);
        for (int round = 0; round < rounds; round++) {
            T value = values.apply(random);
            try {
                property.check(value);
            } catch (Exception | AssertionError failure) {
                throw new AssertionError(
                        "Round " + round + " of seed " + used + " fails for " + value + ": " + failure.getMessage(),
                        failure);
            }
        }
    }

    /** Random bytes of a length from 0 to {@code maxLength}. */
    public static byte[] bytes(RandomGenerator random, int maxLength) {
        byte[] out = new byte[random.nextInt(maxLength + 1)];
        random.nextBytes(out);
        return out;
    }

    /** What must hold for every value. */
    @FunctionalInterface
    public interface Property<T> {
        void check(T value) throws Exception;
    }
}
