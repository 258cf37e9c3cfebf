// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A small folder for a test, with or without git. */
final class Tree {
    private final Path root;

    Tree(Path root) {
        this.root = root;
    }

    Tree file(String path, String text) throws IOException {
        return file(path, text.getBytes(StandardCharsets.UTF_8));
    }

    Tree file(String path, byte[] bytes) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        return this;
    }

    Path root() {
        return root;
    }

    /** Runs git with an identity of its own, so that the settings of the machine do not matter. */
    Tree git(String... arguments) throws IOException, InterruptedException {
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

    Tree commit(String subject) throws IOException, InterruptedException {
        return git("add", "-A").git("commit", "-q", "--allow-empty", "-m", subject);
    }
}
