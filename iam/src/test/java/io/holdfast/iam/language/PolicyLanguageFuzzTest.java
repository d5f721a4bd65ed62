package io.holdfast.iam.language;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Statements as authors of policies send them. */
class PolicyLanguageFuzzTest {

    @FuzzTest
    void what_is_read_is_read_back_from_its_print(byte[] utf8) {
        String text = textOf(utf8);
        ParsedStatement parsed;
        try {
            parsed = PolicyLanguage.parse(text);
        } catch (PolicyRefusedException refused) {
            assertThat(refused.line()).isPositive();
            assertThat(refused.column()).isPositive();
            assertThat(refused.detail()).isNotBlank();
            return;
        }
        String printed = PolicyPrinter.print(parsed.statement());
        // The canonical form of a statement at the limit may lie beyond it; then there is nothing to read back.
        if (printed.length() <= PolicyLimits.STATEMENT_LENGTH) {
            ParsedStatement again = PolicyLanguage.parse(printed);
            assertThat(again.statement()).as(printed).isEqualTo(parsed.statement());
            assertThat(PolicyPrinter.print(again.statement())).isEqualTo(printed);
        }
    }

    /** What is no UTF-8 becomes half a surrogate pair, which an escape in JSON can bring in as well. */
    private static String textOf(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8).replace('\ufffd', '\ud800');
    }
}
