package io.holdfast.keyservice.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientCryptoTest {

    @Test
    void theOrderOfEntriesDoesNotMatter() {
        Map<String, String> one = new LinkedHashMap<>();
        one.put("b", "2");
        one.put("a", "1");
        assertThat(ClientCrypto.canonical(one)).isEqualTo(ClientCrypto.canonical(Map.of("a", "1", "b", "2")));
    }

    @Test
    void differentMapsNeverEncodeAlike() {
        List<Map<String, String>> maps = List.of(
                Map.of(),
                Map.of("", ""),
                Map.of("a", ""),
                Map.of("", "a"),
                Map.of("a", "b"),
                Map.of("ab", ""),
                Map.of("a", "1", "b", "2"),
                Map.of("a", "1b2"),
                Map.of("a1", "b2"));
        assertThat(maps.stream().map(ClientCrypto::canonical).distinct()).hasSize(maps.size());
    }
}
