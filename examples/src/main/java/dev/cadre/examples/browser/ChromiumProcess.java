// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A headless Chromium with a profile of its own, which can reach the given origins and nothing else. */
final class ChromiumProcess implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final int SECONDS_TO_START = 60;
    private static final int SECONDS_TO_END = 5;

    private final Process process;
    private final Path profile;
    private final Thread atExit = new Thread(this::end, "chromium-end");

    private ChromiumProcess(Process process, Path profile) {
        this.process = process;
        this.profile = profile;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** The program: the system property {@code cadre.chromium}, else the first of three names on the path. */
    static Optional<Path> find() {
        return find(System.getProperty("cadre.chromium", ""), System.getenv().getOrDefault("PATH", ""));
    }

    /** The same, of these values; empty if there is none. */
    static Optional<Path> find(String named, String path) {
        Stream<Path> onPath = Stream.of(path.split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
        return (named.isEmpty() ? onPath : Stream.of(Path.of(named)))
                .filter(Files::isRegularFile)
                .filter(Files::isExecutable)
                .findFirst();
    }

    static ChromiumProcess start(Path program, Set<String> origins) throws IOException {
        Path profile = Files.createTempDirectory("cadre-chromium");
        try {
            return new ChromiumProcess(
                    new ProcessBuilder(command(program, profile, origins))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start(),
                    profile);
        } catch (IOException notStarted) {
            delete(profile);
            throw notStarted;
        }
    }

    /**
     * Whatever is not an allowed origin goes to a proxy that does not exist: pages, their parts, pop-ups and workers alike,
     * and no name is looked up for it.
     */
    private static List<String> command(Path program, Path profile, Set<String> origins) {
        String bypass = origins.stream().sorted().collect(Collectors.joining(";", "<-loopback>;", ""));
        var command = new ArrayList<>(List.of(
                program.toString(),
                "--headless=new",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "--proxy-server=http://127.0.0.1:1",
                "--proxy-bypass-list=" + bypass,
                "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
                "--force-device-scale-factor=1",
                "--hide-scrollbars",
                "--mute-audio",
                "--no-first-run",
                "--no-default-browser-check",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-dev-shm-usage",
                "--disable-extensions",
                "--disable-gpu",
                "--disable-sync"));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--no-sandbox"); // it refuses to start as root with one
        }
        command.add("about:blank");
        return command;
    }

    /** Waits until it listens; the address of its DevTools. */
    URI devTools() throws IOException, InterruptedException {
        Path portFile = profile.resolve("DevToolsActivePort");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        while (true) {
            List<String> lines = Files.exists(portFile) ? Files.readAllLines(portFile) : List.of();
            if (lines.size() >= 2) {
                return URI.create("ws://127.0.0.1:%s%s".formatted(lines.get(0), lines.get(1)));
            }
            // the pause between two looks ends at once when the process does
            if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                throw new IOException("Chromium did not start within %d s".formatted(SECONDS_TO_START));
            }
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException shuttingDown) {
            return; // the hook does it
        }
        end();
    }

    private void end() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        try {
            CompletableFuture.allOf(all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
                    .orTimeout(SECONDS_TO_END, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException stubborn) {
            // it has been killed; the system will see to it
        }
        delete(profile);
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | java.io.UncheckedIOException leftBehind) {
            folder.toFile().deleteOnExit();
        }
    }
}
