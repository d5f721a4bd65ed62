package io.holdfast.system.load;

import io.holdfast.system.StepFailed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a JVM's heap holds after a full collection: the total of a histogram of live objects, which collects first. */
final class LiveHeap {
    private LiveHeap() {}

    /** In MiB. */
    static double megabytes(ProcessHandle jvm) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(jvm.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        return said.lines()
                        .filter(line -> line.startsWith("Total"))
                        .mapToDouble(line -> Double.parseDouble(line.strip().split("\\s+", -1)[2]))
                        .findFirst()
                        .orElseThrow(() -> new StepFailed("jcmd showed no heap: " + said))
                / (1 << 20);
    }
}
