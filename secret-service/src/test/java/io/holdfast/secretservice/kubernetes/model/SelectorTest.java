package io.holdfast.secretservice.kubernetes.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SelectorTest {
    private final ObjectNode object = ObjectTextTest.secret(
            "{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"labels\":{\"tier\":\"gold\",\"size\":\"5\",\"x.io/y\":\"\"}},"
                    + "\"type\":\"t/x\"}");

    @Test
    void matchesLabels() {
        Map.ofEntries(
                        Map.entry("", true),
                        Map.entry("tier", true),
                        Map.entry("!tier", false),
                        Map.entry("!none", true),
                        Map.entry("tier=gold", true),
                        Map.entry("tier==gold,size=5", true),
                        Map.entry("tier!=gold", false),
                        Map.entry("none!=gold", true),
                        Map.entry("tier in (gold, silver)", true),
                        Map.entry("tier notin (gold)", false),
                        Map.entry("none notin (gold)", true),
                        Map.entry("size>4", true),
                        Map.entry("size<5", false),
                        Map.entry("x.io/y=", true),
                        Map.entry(" tier = gold ", true))
                .forEach(
                        (text, expected) -> assertThat(LabelSelector.parse(text).matches(object))
                                .as(text)
                                .isEqualTo(expected));
        for (String bad :
                List.of("=", "a b", "a in", "a in (", "a in (b", "a=b,,", "a=b c", "-a", "a>x", "a=b)", "!")) {
            assertThatThrownBy(() -> LabelSelector.parse(bad)).as(bad).isInstanceOf(ApiRefusal.class);
        }
    }

    @Test
    void matchesFields() {
        Map.of(
                        "metadata.name=a", true,
                        "metadata.name==a,type=t/x", true,
                        "metadata.name!=a", false,
                        "metadata.namespace=m", false,
                        "type!=Opaque", true)
                .forEach((text, expected) -> assertThat(
                                FieldSelector.parse(ResourceKind.SECRET, text).matches(object))
                        .as(text)
                        .isEqualTo(expected));
        assertThat(FieldSelector.parse(ResourceKind.SECRET, "metadata.name=a").exactly("metadata.name"))
                .hasValue("a");
        for (String bad : List.of("a", "data.k=x", "status.phase=Active")) {
            assertThatThrownBy(() -> FieldSelector.parse(ResourceKind.SECRET, bad))
                    .isInstanceOf(ApiRefusal.class);
        }
    }

    @Test
    void continueTokensAreGoodForTheirNamespace() {
        String token = new ContinueToken(5, "n", "a.b").encode();
        assertThat(ContinueToken.decode(ResourceKind.SECRET, "n", token)).isEqualTo(new ContinueToken(5, "n", "a.b"));
        assertThat(ContinueToken.decode(ResourceKind.SECRET, "", token).name()).isEqualTo("a.b");
        for (String bad : List.of("", "x", "AAAA", new ContinueToken(5, "n/../m", "a").encode(), "a".repeat(2_000))) {
            assertThatThrownBy(() -> ContinueToken.decode(ResourceKind.SECRET, "n", bad))
                    .isInstanceOf(ApiRefusal.class);
        }
        assertThatThrownBy(() -> ContinueToken.decode(ResourceKind.SECRET, "m", token))
                .isInstanceOf(ApiRefusal.class);
    }
}
