// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** A small folder for a test, with or without git. */
public final class Tree {
    /** A deadline that no test reaches. */
    public static final Deadline LATER = Deadline.in(Duration.ofHours(1), InstantSource.fixed(Instant.EPOCH));

    private final Path root;

    public Tree(Path root) {
        this.root = root;
    }

    public Tree file(String path, String text) throws IOException {
        return file(path, text.getBytes(StandardCharsets.UTF_8));
    }

    public Tree file(String path, byte[] bytes) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        return this;
    }

    public Path root() {
        return root;
    }

    /** Runs git with an identity of its own, so that the settings of the machine do not matter. */
    public Tree git(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                "git",
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@example.org",
                "-c",
                "commit.gpgSign=false",
                "-c",
                "init.defaultBranch=main",
                "-c",
                "core.hooksPath=/dev/null"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        int status = builder.start().waitFor();
        if (status != 0) {
            throw new IOException("git " + List.of(arguments) + " ended with " + status);
        }
        return this;
    }

    public Tree commit(String subject) throws IOException, InterruptedException {
        return git("add", "-A").git("commit", "-q", "--allow-empty", "-m", subject);
    }
}
