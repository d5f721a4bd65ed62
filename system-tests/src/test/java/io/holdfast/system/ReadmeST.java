package io.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every command in the README is executed, in the order it stands there. */
class ReadmeST {
    private static final Duration BOUND = Duration.ofMinutes(6);

    @Test
    void everyCommandWorksAsWritten() throws IOException {
        Stack.up();
        List<String> blocks = shellBlocks();
        assertThat(blocks).as("shell blocks in the README").hasSizeGreaterThan(2);
        assertThat(String.join("\n", blocks)).contains("./dev demo", "./dev test");

        StringBuilder script = new StringBuilder("set -euo pipefail\n");
        for (String block : blocks) {
            // This test is part of what ./dev test runs; everything else is run as it stands.
            script.append(block.replaceAll("(?m)^\\./dev test.*$", "./dev help >/dev/null"))
                    .append('\n');
        }
        String commands = script.toString().replace(".dev/", Stack.DIRECTORY + "/");
        Stack.Result result = Stack.run(List.of("bash", "-c", commands), BOUND);

        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    private static List<String> shellBlocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        StringBuilder block = null;
        for (String line : Files.readAllLines(Stack.ROOT.resolve("README.md"))) {
            if (block == null && line.equals("```sh")) {
                block = new StringBuilder();
            } else if (block != null && line.equals("```")) {
                blocks.add(block.toString());
                block = null;
            } else if (block != null) {
                block.append(line).append('\n');
            }
        }
        return blocks;
    }
}
