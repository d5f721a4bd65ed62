package io.holdfast.system;

import java.io.PrintStream;
import java.util.Map;

/** Tells what happens: what a person would type, what came of it, and the evidence. */
public final class Narrator {
    private static final int WIDTH = 40;
    private final PrintStream out;
    private final boolean interactive;
    private String step = "before the first step";

    public Narrator(PrintStream out, boolean interactive) {
        this.out = out;
        this.interactive = interactive;
    }

    /** The step that is running, for the message when a check fails. */
    public String step() {
        return step;
    }

    public void step(int number, String title) {
        step = "step " + number + ", " + title;
        out.println();
        out.println("── " + number + ". " + title + " " + "─".repeat(Math.max(2, 90 - title.length())));
    }

    /** What belongs to all the steps. */
    public void heading(String title) {
        step = title;
        out.println();
        out.println("── " + title + " " + "─".repeat(Math.max(2, 93 - title.length())));
    }

    /** A command as a person would type it. */
    public void command(String text) {
        out.println("  $ " + text);
    }

    public void says(String text) {
        text.lines().forEach(line -> out.println("    " + line));
    }

    /** A CloudEvent as it came out of Kafka. */
    public void event(EventTail.CloudEvent event) {
        out.println("  ⇢ " + event.topic() + "  " + event.type());
        for (Map.Entry<String, String> attribute : event.attributes().entrySet()) {
            if (attribute.getKey().matches("ce_(id|source|subject|sequence|revision|epoch)|traceparent")) {
                out.println("      " + attribute.getKey() + ": " + attribute.getValue());
            }
        }
        out.println("      " + event.data());
    }

    public void check(String what) {
        out.println("  ✓ " + what);
    }

    /** A progress bar; on a terminal it stays on one line. */
    public void progress(long done, long total, String note) {
        int filled = total == 0 ? WIDTH : (int) (WIDTH * done / total);
        String bar = "  [" + "█".repeat(filled) + "·".repeat(WIDTH - filled) + "] " + done + "/" + total + " " + note;
        if (interactive) {
            out.print("\r" + bar);
            if (done >= total) {
                out.println();
            }
        } else {
            out.println(bar);
        }
    }
}
