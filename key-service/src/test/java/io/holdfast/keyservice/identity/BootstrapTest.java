package io.holdfast.keyservice.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootstrapTest {
    @TempDir
    Path directory;

    @Test
    void aFileIsItself() throws IOException {
        Path file = Files.writeString(directory.resolve("any-name"), "");
        assertThat(Bootstrap.files(file)).containsExactly(file);
        assertThat(Bootstrap.files(directory.resolve("missing"))).containsExactly(directory.resolve("missing"));
    }

    @Test
    void aDirectoryNamesATenancyWithEachFile() throws IOException {
        Path first = Files.writeString(directory.resolve("bootstrap.properties"), "");
        Files.writeString(directory.resolve("config"), "");
        Files.createDirectories(directory.resolve("second/deeper"));
        Path second = Files.writeString(directory.resolve("second/bootstrap.properties"), "");
        Files.writeString(directory.resolve("second/deeper/bootstrap.properties"), "");

        assertThat(Bootstrap.files(directory)).containsExactly(first, second);
    }

    @Test
    void anEmptyDirectoryIsAMistake() {
        assertThatThrownBy(() -> Bootstrap.files(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(directory.toString());
    }
}
