package io.holdfast.iam.language;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.iam.RandomStatements;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Printing and reading are inverse, and no input gets anything but a statement or a refusal. */
class RoundTripTest {
    private static final long SEED = 20_261_124L;

    @Test
    void what_is_printed_is_read_back_equal() {
        RandomStatements statements = new RandomStatements(SEED);
        int read = 0;
        for (int i = 0; i < 5_000; i++) {
            Statement statement = statements.next();
            String text = PolicyPrinter.print(statement);
            if (text.length() > PolicyLimits.STATEMENT_LENGTH) {
                continue;
            }
            assertThat(PolicyLanguage.parse(text).statement()).as(text).isEqualTo(statement);
            read++;
        }
        assertThat(read).isGreaterThan(4_000);
    }

    @Test
    void a_rule_that_is_printed_is_read_back_equal() {
        RandomStatements rules = new RandomStatements(SEED + 3);
        int read = 0;
        for (int i = 0; i < 2_000; i++) {
            MatchingRule rule = rules.nextRule();
            String text = PolicyPrinter.print(rule);
            if (text.length() > PolicyLimits.RULE_LENGTH) {
                continue;
            }
            assertThat(PolicyLanguage.parseRule(text).rule()).as(text).isEqualTo(rule);
            read++;
        }
        assertThat(read).isGreaterThan(1_500);
    }

    @Test
    void damaged_rules_are_read_or_refused_and_nothing_else() {
        RandomStatements rules = new RandomStatements(SEED + 4);
        Random random = new Random(SEED + 5);
        String alphabet = " '/\\{}(),:=!<>*\n\u0000abcAny所\ud83d\ude00all tag in resource";
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder(PolicyPrinter.print(rules.nextRule()));
            for (int cuts = 1 + random.nextInt(3); cuts > 0 && !text.isEmpty(); cuts--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
                } else {
                    text.deleteCharAt(at);
                }
            }
            try {
                MatchingRule read = PolicyLanguage.parseRule(text.toString()).rule();
                assertThat(PolicyLanguage.parseRule(PolicyPrinter.print(read)).rule())
                        .isEqualTo(read);
            } catch (PolicyRefusedException e) {
                assertThat(e.getMessage()).startsWith("line ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    @Test
    void damaged_statements_are_read_or_refused_and_nothing_else() {
        RandomStatements statements = new RandomStatements(SEED + 1);
        Random random = new Random(SEED + 2);
        String alphabet = " '/\\{}(),:=!<>*\n\u0000abcAny所\ud83d\ude00all where in to";
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(PolicyPrinter.print(statements.next()));
            for (int cuts = 1 + random.nextInt(3); cuts > 0; cuts--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
                } else {
                    text.deleteCharAt(at);
                }
            }
            try {
                Statement read = PolicyLanguage.parse(text.toString()).statement();
                assertThat(PolicyLanguage.parse(PolicyPrinter.print(read)).statement())
                        .isEqualTo(read);
            } catch (PolicyRefusedException e) {
                assertThat(e.getMessage()).startsWith("line ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }
}
