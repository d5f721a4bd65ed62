package io.holdfast.platform.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.holdfast.kernel.ProblemCode;
import io.holdfast.kernel.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Page tokens and entity tags as clients send them back. */
class ParametersFuzzTest {

    @FuzzTest
    void aPageTokenIsAPositionOrRefused(byte[] utf8) {
        Paging paging;
        try {
            paging = Paging.of(null, new String(utf8, StandardCharsets.UTF_8));
        } catch (ProblemException refused) {
            assertThat(refused.code()).isEqualTo(ProblemCode.INVALID_PARAMETER);
            return;
        }
        assertThat(paging.position()).doesNotContain("\n", "\0");
        assertThat(paging.under("/list/").toString()).contains("/list/");
        if (!paging.position().isEmpty()) {
            assertThat(Paging.of(null, Paging.token(paging.position()))).isEqualTo(paging);
        }
    }

    @FuzzTest
    void onlyTheCurrentTagMatches(byte[] utf8) {
        String ifMatch = new String(utf8, StandardCharsets.UTF_8);
        String current = Etags.of(0x4b);
        try {
            Etags.requireMatch(ifMatch, current);
        } catch (ProblemException refused) {
            assertThat(refused.code()).isEqualTo(ProblemCode.NO_ETAG_MATCH);
            return;
        }
        assertThat(ifMatch.isBlank()
                        || Arrays.stream(ifMatch.split(",", -1))
                                .anyMatch(tag -> tag.contains("*") || tag.contains(current)))
                .isTrue();
    }
}
