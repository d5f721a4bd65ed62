package io.holdfast.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.holdfast.kernel.Ocid.ClusterId;
import io.holdfast.kernel.Ocid.CompartmentId;
import io.holdfast.kernel.Ocid.KeyId;
import io.holdfast.kernel.Ocid.KeyVersionId;
import io.holdfast.kernel.Ocid.TenancyId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Identifiers as clients send them. */
class OcidFuzzTest {
    private static final List<Function<String, ? extends Ocid>> TYPES =
            List.of(TenancyId::new, CompartmentId::new, KeyId::new, KeyVersionId::new, ClusterId::new);

    @FuzzTest
    void is_of_its_types_or_refused(byte[] utf8) {
        String text = new String(utf8, StandardCharsets.UTF_8);
        List<Ocid> read = new ArrayList<>();
        for (Function<String, ? extends Ocid> type : TYPES) {
            try {
                read.add(type.apply(text));
            } catch (ProblemException refused) {
                assertThat(refused.code()).isEqualTo(ProblemCode.INVALID_PARAMETER);
            }
        }
        for (Ocid ocid : read) {
            assertThat(ocid.value()).isEqualTo(text).hasSizeLessThanOrEqualTo(Ocid.MAX_LENGTH);
            assertThat(ocid.unique()).isNotEmpty();
        }
        // Only a tenancy is two things: itself and its root compartment.
        assertThat(read.size()).isLessThanOrEqualTo(text.startsWith("ocid1.tenancy.") ? 2 : 1);
    }
}
