// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import dev.cadre.examples.process.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A headless Chromium with a profile of its own, which can reach the given origins and nothing else.
 *
 * <p>It is spoken to over two pipes, so that no port is open to others. When they break, because this process was killed,
 * Chromium ends by itself; the shell that started it outlives it by the time that it takes to delete the profile.
 */
final class ChromiumProcess implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final int SECONDS_TO_END = 3;

    /** Chromium reads commands from its third descriptor, and answers on its fourth. */
    private static final String STARTER = """
            profile=$1; shift
            trap : HUP INT TERM
            "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1
            rm -rf "$profile\"""";

    private final Process process;
    private final ChromiumProfile profile;
    private final Thread atExit = new Thread(this::end, "chromium-end");

    private ChromiumProcess(Process process, ChromiumProfile profile) {
        this.process = process;
        this.profile = profile;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** The program: the system property {@code cadre.chromium}, else the first of three names on the path. */
    static Optional<Path> find() {
        return find(System.getProperty("cadre.chromium", ""), path());
    }

    private static String path() {
        return System.getenv().getOrDefault("PATH", "");
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
        ChromiumProfile profile = ChromiumProfile.create(path());
        try {
            ProcessBuilder starter =
                    ChildProcess.of(command(program, profile, origins)).redirectError(ProcessBuilder.Redirect.DISCARD);
            starter.environment().putAll(profile.environment());
            return new ChromiumProcess(starter.start(), profile);
        } catch (IOException notStarted) {
            profile.delete();
            throw notStarted;
        }
    }

    /**
     * Whatever is not an allowed origin goes to a proxy that does not exist: pages, their parts, pop-ups and workers alike.
     * No name is looked up but those of the allowed origins, and what knows no proxy is off: WebRTC over UDP, QUIC, and
     * what asks the local network: a presentation for devices, and WebRTC for names.
     */
    private static List<String> command(Path program, ChromiumProfile profile, Set<String> origins) {
        String bypass = origins.stream().sorted().collect(Collectors.joining(";", "<-loopback>;", ""));
        String names = origins.stream()
                .map(origin -> ", EXCLUDE " + URI.create(origin).getHost().replaceAll("[\\[\\]]", ""))
                .distinct()
                .sorted()
                .collect(Collectors.joining(" ", "MAP * ~NOTFOUND ", ""));
        var command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                STARTER,
                "sh",
                profile.toString(),
                program.toString(),
                "--headless=new",
                "--remote-debugging-pipe",
                "--user-data-dir=" + profile,
                "--proxy-server=http://nowhere.invalid",
                "--proxy-bypass-list=" + bypass,
                "--host-resolver-rules=" + names,
                "--webrtc-ip-handling-policy=disable_non_proxied_udp",
                "--disable-quic",
                "--disable-features=MediaRouter,WebRtcHideLocalIpsWithMdns",
                "--force-device-scale-factor=1",
                "--hide-scrollbars",
                "--disable-audio-output",
                "--mute-audio",
                "--no-first-run",
                "--no-default-browser-check",
                "--disable-background-networking",
                "--disable-background-timer-throttling",
                "--disable-backgrounding-occluded-windows",
                "--disable-renderer-backgrounding",
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

    /** Where its answers come from. */
    InputStream answers() {
        return process.getInputStream();
    }

    /** Where its commands go to. */
    OutputStream commands() {
        return process.getOutputStream();
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
        try {
            process.getOutputStream().close(); // it ends when nobody speaks to it any more, and so does the shell
        } catch (IOException alreadyBroken) {
            // as good as closed
        }
        if (!hasEnded()) {
            all.forEach(ProcessHandle::destroyForcibly);
            boolean unused = hasEnded(); // whatever is killed and still there, the system will see to
        }
        profile.delete();
    }

    /** Waits for it, on an interrupted thread, too. */
    private boolean hasEnded() {
        try {
            process.onExit().orTimeout(SECONDS_TO_END, TimeUnit.SECONDS).join();
            return true;
        } catch (CompletionException stubborn) {
            return false;
        }
    }
}
