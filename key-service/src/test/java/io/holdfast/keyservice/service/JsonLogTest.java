package io.holdfast.keyservice.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Formatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.junit.jupiter.api.Test;

/** What a collector reads when the operator has switched the log to JSON. */
@QuarkusTest
@TestProfile(JsonLogTest.Json.class)
class JsonLogTest {

    @Test
    void aLineIsOneObjectWithMessageTraceAndCause() throws Exception {
        ExtLogRecord record = new ExtLogRecord(
                Level.WARN,
                "A vault elsewhere does not answer. vault={0} cause={1}",
                ExtLogRecord.FormatStyle.MESSAGE_FORMAT,
                "io.holdfast.keyservice.mirror.MirrorLoop");
        record.setLoggerName("io.holdfast.keyservice.mirror.MirrorLoop");
        record.setParameters(new Object[] {"ocid1.vault.oc1..a", "\"no\nanswer\""});
        record.setMdc(Map.of("traceId", "4bf92f3577b34da6a3ce929d0e0e4736"));
        record.setThrown(new IllegalStateException("a cause"));

        String line = console().format(record);

        assertThat(line.strip()).doesNotContain("\n");
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.path("level").asText()).isEqualTo("WARN");
        assertThat(json.path("loggerName").asText()).isEqualTo("io.holdfast.keyservice.mirror.MirrorLoop");
        assertThat(json.path("message").asText())
                .isEqualTo("A vault elsewhere does not answer. vault=ocid1.vault.oc1..a cause=\"no\nanswer\"");
        assertThat(json.path("mdc").path("traceId").asText()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(json.path("exception").path("message").asText()).isEqualTo("a cause");
        assertThat(json.path("timestamp").asText()).isNotEmpty();
    }

    private static Formatter console() {
        return Arrays.stream(InitialConfigurator.DELAYED_HANDLER.getHandlers())
                .filter(ConsoleHandler.class::isInstance)
                .findFirst()
                .orElseThrow()
                .getFormatter();
    }

    /** As {@link KeyServiceProfile}, with the switch on. */
    public static final class Json implements QuarkusTestProfile {
        private final KeyServiceProfile without = new KeyServiceProfile();

        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return without.getEnabledAlternatives();
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return without.testResources();
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(without.getConfigOverrides());
            overrides.put("quarkus.log.console.json.enabled", "true");
            return overrides;
        }
    }
}
