// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The servers that other projects wrote, installed by npm below {@code target}. */
record NodeKit(Path node, Path folder) {
    private static final Path SOURCE = Path.of("src/test/node");
    private static final Path TARGET = Path.of("target/conformance").toAbsolutePath();
    private static final String LOCK = "package-lock.json";
    private static final List<String> FILES =
            List.of("package.json", ".npmrc", "end-with-parent.cjs", "aimock.json", LOCK);

    /** The kit, installed if it is not yet; empty if there is no Node on the path. */
    static Optional<NodeKit> installed() throws IOException, InterruptedException {
        Optional<Path> node = onPath("node");
        if (node.isEmpty()) {
            return Optional.empty();
        }
        Path npm = onPath("npm").orElseThrow(() -> new IllegalStateException("Node is there, but no npm beside it"));
        install(npm);
        return Optional.of(new NodeKit(node.get(), TARGET));
    }

    /** The script of an installed package. */
    Path script(String path) {
        return folder.resolve("node_modules").resolve(path);
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(entry -> Path.of(entry, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Copies the lock file last, so that it says that all went well. */
    private static void install(Path npm) throws IOException, InterruptedException {
        Path lock = TARGET.resolve(LOCK);
        boolean done = Files.exists(lock)
                && Files.mismatch(lock, SOURCE.resolve(LOCK)) < 0
                && Files.exists(TARGET.resolve("installed"));
        Files.createDirectories(TARGET);
        Files.deleteIfExists(TARGET.resolve("installed"));
        for (String file : FILES) {
            Files.copy(SOURCE.resolve(file), TARGET.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!done) {
            run(npm, "ci");
        }
        Files.createFile(TARGET.resolve("installed"));
    }

    private static void run(Path npm, String command) throws IOException, InterruptedException {
        Path log = TARGET.resolve("npm.log");
        Process process = new ProcessBuilder(npm.toString(), command)
                .directory(TARGET.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException("npm %s failed: %s".formatted(command, Files.readString(log)));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
