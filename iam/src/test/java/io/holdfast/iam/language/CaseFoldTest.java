package io.holdfast.iam.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CaseFoldTest {

    @Test
    void letters_are_the_same_in_both_cases() {
        assertThat(CaseFold.same("Administrators", "aDMINISTRATORS")).isTrue();
        assertThat(CaseFold.same("ÜNÏCODE", "ünïcode")).isTrue();
        assertThat(CaseFold.same("ocid1.key.oc1..A_b-2", "OCID1.KEY.OC1..a_B-2"))
                .isTrue();
        assertThat(CaseFold.same("Ω", "ω")).isTrue();
        assertThat(CaseFold.same("𐐀", "𐐨")).as("beyond the first plane").isTrue();
        assertThat(CaseFold.same("a", "b")).isFalse();
        assertThat(CaseFold.of("plain_text-1.2")).isEqualTo("plain_text-1.2");
        assertThat(CaseFold.of("[@`{")).as("beside the letters").isEqualTo("[@`{");
        assertThat(CaseFold.of("AZaz")).isEqualTo("azaz");
        assertThat(CaseFold.of("")).isEmpty();
    }

    @Test
    void no_foreign_letter_passes_for_one_of_ascii() {
        assertThat(CaseFold.same("adm\u0131n", "admin")).as("dotless i").isFalse();
        assertThat(CaseFold.same("ADM\u0130N", "admin")).as("dotted I").isFalse();
        assertThat(CaseFold.same("\u212aeys", "keys")).as("Kelvin sign").isFalse();
        assertThat(CaseFold.same("key\u017f", "keys")).as("long s").isFalse();
        assertThat(IntStream.range(0x80, 0x30000)
                        .filter(it ->
                                CaseFold.of(Character.toString(it)).chars().anyMatch(c -> c < 0x80)))
                .isEmpty();
    }

    @Test
    void folding_twice_changes_nothing_more() {
        for (String text : List.of("ÀÉ", "\u0130", "ẞ", "Σς", "𐐀", "ABC")) {
            assertThat(CaseFold.of(CaseFold.of(text))).isEqualTo(CaseFold.of(text));
        }
    }

    @Test
    void permissions_are_written_in_upper_case_of_ascii_only() {
        assertThat(CaseFold.upper("key_Read9az")).isEqualTo("KEY_READ9AZ");
        assertThat(CaseFold.upper("key_\u0131nspect")).isEqualTo("KEY_\u0131NSPECT");
    }

    @Test
    void a_suggestion_is_the_nearest_word_if_it_is_near() {
        List<String> words = List.of("keys", "key-family", "policies", "vaults");

        assertThat(Suggestion.nearest("key", words)).hasValue("keys");
        assertThat(Suggestion.nearest("KEYS", words)).hasValue("keys");
        assertThat(Suggestion.nearest("kesy", words)).as("swapped").hasValue("keys");
        assertThat(Suggestion.nearest("plicies", words)).hasValue("policies");
        assertThat(Suggestion.nearest("policiesxx", words)).hasValue("policies");
        assertThat(Suggestion.nearest("policiesxxx", words)).isEmpty();
        assertThat(Suggestion.nearest("ke", words)).as("too short to guess").isEmpty();
        assertThat(Suggestion.nearest("locks", words)).isEmpty();
        assertThat(Suggestion.nearest("", words)).isEmpty();
        assertThat(Suggestion.nearest("x".repeat(65), List.of("x".repeat(65)))).isEmpty();
        assertThat(Suggestion.nearest("x".repeat(64), List.of("x".repeat(64)))).isPresent();
        assertThat(Suggestion.nearest("x".repeat(64), List.of("x".repeat(65)))).isEmpty();
        assertThat(Suggestion.nearest("abcd", List.of("abce", "abcc")))
                .as("the first of two")
                .hasValue("abcc");
        assertThat(Suggestion.hint("vaultz", words)).isEqualTo("; did you mean 'vaults'?");
        assertThat(Suggestion.hint("zzz", words)).isEmpty();
        assertThat(Suggestion.hintOfFew("zzz", List.of("far"))).isEqualTo("; did you mean 'far'?");
        assertThat(Suggestion.hintOfFew("zzz", words)).isEmpty();
    }

    @Test
    void doubts_about_letters() {
        assertThat(LookAlikes.doubt("plain name 42")).isEmpty();
        assertThat(LookAlikes.doubt("日本 Ünïcode")).isEmpty();
        assertThat(LookAlikes.doubt("админ")).as("one script alone").isEmpty();
        assertThat(LookAlikes.doubt("αβγ")).isEmpty();
        assertThat(LookAlikes.doubt("аdmin")).hasValue("mixes Latin letters with U+0430 CYRILLIC SMALL LETTER A");
        assertThat(LookAlikes.doubt("a\u00a0b")).hasValue("has the character U+00A0 NO-BREAK SPACE, which is not seen");
        assertThat(LookAlikes.doubt("a\u202eb"))
                .hasValue("has the character U+202E RIGHT-TO-LEFT OVERRIDE, which is not seen");
        assertThat(LookAlikes.doubt("a\tb"))
                .hasValue("has the character U+0009 CHARACTER TABULATION, which is not seen");
        assertThat(LookAlikes.doubt("ａ"))
                .hasValue(
                        "has U+FF41 FULLWIDTH LATIN SMALL LETTER A, which looks like a letter or digit that it is not");
    }
}
