// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A {@link KilledRun} in a process of its own, and its end by SIGKILL. */
final class DoomedProcess {
    private static final Pattern STOPPED = Pattern.compile("stopped (\\d+) (\\d+)");

    private DoomedProcess() {}

    /** How much of a journal was on the disk for sure, and how much was written, both in bytes. */
    record Stop(long synced, long written) {}

    /** Kills it when a line of the journal, counted from 1, is written and not flushed; empty if it has ended before. */
    static Optional<Stop> killAtLine(int line, Wreck wreck) throws IOException, InterruptedException {
        Process process = start(wreck, Integer.toString(line));
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            String first = String.valueOf(said.readLine());
            var stopped = STOPPED.matcher(first);
            if (stopped.matches()) {
                return Optional.of(new Stop(Long.parseLong(stopped.group(1)), Long.parseLong(stopped.group(2))));
            }
            assertThat(process.waitFor()).as(first).isZero();
            return Optional.empty();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Kills it when its journal has grown to a size, or later; it may have ended by then. */
    static void killAtSize(long bytes, Wreck wreck) throws IOException, InterruptedException {
        Path journal = wreck.journal();
        try (var watch = journal.getFileSystem().newWatchService()) {
            journal.getParent()
                    .register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            Process process = start(wreck);
            try {
                while (process.isAlive() && (!Files.exists(journal) || Files.size(journal) < bytes)) {
                    var key = watch.poll(1, TimeUnit.SECONDS);
                    if (key != null) {
                        key.pollEvents();
                        key.reset();
                    }
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    /** Lets it come to its end, and returns what it printed. */
    static String finish(Wreck wreck) throws IOException, InterruptedException {
        Process process = start(wreck);
        try {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(printed).isZero();
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(Wreck wreck, String... line) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                KilledRun.class.getName(),
                wreck.run().name(),
                wreck.journal().toString(),
                wreck.calls().toString()));
        command.addAll(Arrays.asList(line));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
