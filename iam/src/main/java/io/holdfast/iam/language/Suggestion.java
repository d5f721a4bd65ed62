package io.holdfast.iam.language;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What an author may have meant by a word that does not exist. Case does not matter. */
public final class Suggestion {
    /** Longer words are not compared: no keyword, variable or sensible name is. */
    private static final int MAX_LENGTH = 64;

    /** Letters wrong, missing, added or swapped; in short words fewer. */
    private static final int MAX_EDITS = 2;

    private Suggestion() {}

    /** The nearest of the candidates if it is near enough; of several, the first in the alphabet. */
    public static Optional<String> nearest(String word, Collection<String> candidates) {
        if (word.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String folded = CaseFold.of(word);
        int most = Math.min(MAX_EDITS, folded.length() / 3);
        record Near(String candidate, int edits) {}
        return new TreeSet<>(candidates)
                .stream()
                        .filter(it -> it.length() <= MAX_LENGTH)
                        .map(it -> new Near(it, edits(folded, CaseFold.of(it))))
                        .filter(it -> it.edits() <= most)
                        .min(Comparator.comparingInt(Near::edits))
                        .map(Near::candidate);
    }

    /** {@code "; did you mean 'keys'?"}, or nothing. */
    public static String hint(String word, Collection<String> candidates) {
        return nearest(word, candidates)
                .map(it -> "; did you mean '" + it + "'?")
                .orElse("");
    }

    /** As {@link #hint}, of a word that can only have ASCII letters: another one is named, as a reader does not see it. */
    public static String hintOfAscii(String word, Collection<String> candidates) {
        return hint(word, candidates) + Expected.foreignLetter(word);
    }

    /** As {@link #hint}, but where there is one candidate only it is suggested however it is written. */
    public static String hintOfFew(String word, Collection<String> candidates) {
        List<String> one = candidates.stream().distinct().toList();
        return one.size() == 1 ? "; did you mean '" + one.getFirst() + "'?" : hint(word, candidates);
    }

    /** Insertions, deletions, replacements and swaps of neighbours that turn one into the other. */
    private static int edits(String from, String to) {
        int[][] cost = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replaced = cost[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                boolean swapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                if (swapped) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[from.length()][to.length()];
    }
}
