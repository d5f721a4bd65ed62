package io.holdfast.iam.language;

import java.lang.Character.UnicodeScript;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds letters that a reader takes for others, or does not see at all. */
final class LookAlikes {
    /** Scripts of which some letters look like Latin ones. */
    private static final Set<UnicodeScript> CONFUSABLE = Set.of(
            UnicodeScript.CYRILLIC,
            UnicodeScript.GREEK,
            UnicodeScript.ARMENIAN,
            UnicodeScript.CHEROKEE,
            UnicodeScript.COPTIC,
            UnicodeScript.LISU);

    private LookAlikes() {}

    /** {@code U+0430 CYRILLIC SMALL LETTER A}. */
    static String name(int codePoint) {
        String name = Character.getName(codePoint);
        return String.format("U+%04X", codePoint) + (name == null ? "" : " " + name);
    }

    /** The first letter outside ASCII; no keyword, resource type, permission or variable has one. */
    static Optional<String> foreignLetter(String word) {
        return word.codePoints()
                .filter(it -> it >= 0x80)
                .mapToObj(LookAlikes::name)
                .findFirst();
    }

    /** Why a name or a value may not be what it looks like: invisible characters, or a mix of scripts. */
    static Optional<String> doubt(String text) {
        Optional<String> invisible = text.codePoints()
                .filter(it -> Character.getType(it) == Character.FORMAT
                        || (Character.isSpaceChar(it) && it != ' ')
                        || Character.isISOControl(it))
                .mapToObj(LookAlikes::name)
                .findFirst();
        if (invisible.isPresent()) {
            return invisible.map(it -> "has the character " + it + ", which is not seen");
        }
        Set<UnicodeScript> scripts = text.codePoints()
                .filter(Character::isLetter)
                .mapToObj(UnicodeScript::of)
                .collect(Collectors.toSet());
        boolean mixed =
                scripts.contains(UnicodeScript.LATIN) && scripts.stream().anyMatch(CONFUSABLE::contains);
        if (mixed) {
            return text.codePoints()
                    .filter(it -> CONFUSABLE.contains(UnicodeScript.of(it)))
                    .mapToObj(LookAlikes::name)
                    .findFirst()
                    .map(it -> "mixes Latin letters with " + it);
        }
        // Full-width and mathematical letters, the Kelvin sign, the long s: compatibility forms of ASCII ones.
        return text.codePoints()
                .filter(it -> it >= 0x80 && Character.isLetterOrDigit(it))
                .filter(it -> java.text.Normalizer.normalize(Character.toString(it), java.text.Normalizer.Form.NFKC)
                        .chars()
                        .allMatch(c -> c < 0x80))
                .mapToObj(LookAlikes::name)
                .findFirst()
                .map(it -> "has " + it + ", which looks like a letter or digit that it is not");
    }
}
