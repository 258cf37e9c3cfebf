// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import dev.cadre.examples.process.ChildProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs git to read, with a fixed argument list, in one folder.
 *
 * <p>A repository's own configuration can name programs that git starts; every such setting that the commands used
 * here would honour is overridden, and nothing is fetched. A git folder that is not the folder's own counts as none: a
 * folder's files must not lead to the history of another repository. Blocks until git ends, at most 20 seconds.
 */
public final class GitCommand {
    private static final int TIMEOUT_SECONDS = 20;
    private static final int MAX_OUTPUT_BYTES = 256 << 20;
    private static final List<String> HARDENED = List.of(
            "-c", "core.fsmonitor=false",
            "-c", "core.hooksPath=/dev/null",
            "-c", "core.pager=cat",
            "-c", "core.quotePath=false",
            "-c", "log.showSignature=false",
            "-c", "log.mailmap=false",
            "-c", "protocol.allow=never",
            "-c", "safe.bareRepository=explicit");

    private final Path folder;

    private GitCommand(Path folder) {
        this.folder = folder;
    }

    /** Returns a git that runs in this folder. */
    public static GitCommand in(Path folder) {
        return new GitCommand(folder);
    }

    /**
     * Returns what git printed, or nothing if there is no git, its folder is that of another repository, it failed, printed
     * too much or took too long.
     */
    public Optional<String> run(String... arguments) throws InterruptedException {
        Optional<GitHome> home = execute(GitHome.QUERY).flatMap(GitHome::parse);
        return home.isPresent() && isOwn(home.get()) ? execute(arguments) : Optional.empty();
    }

    private boolean isOwn(GitHome home) throws InterruptedException {
        String config = home.gitFolder().resolve("config").toString();
        Optional<String> top = execute("config", "--file", config, "--no-includes", "core.worktree");
        return home.belongsTo(folder, top.map(String::strip).orElse(""));
    }

    private Optional<String> execute(String... arguments) throws InterruptedException {
        Process process;
        try {
            process = builder(arguments).start();
        } catch (IOException noGit) {
            return Optional.empty();
        }
        // closing the pipe by destroying the process ends a read that git keeps waiting
        var timer = Thread.ofVirtual().start(() -> destroyWhenLate(process));
        try (InputStream output = process.getInputStream()) {
            byte[] bytes = output.readNBytes(MAX_OUTPUT_BYTES);
            boolean whole = bytes.length < MAX_OUTPUT_BYTES;
            return whole && process.waitFor() == 0
                    ? Optional.of(new String(bytes, StandardCharsets.UTF_8))
                    : Optional.empty();
        } catch (IOException brokenPipe) {
            return Optional.empty();
        } finally {
            timer.interrupt();
            process.destroyForcibly();
        }
    }

    private ProcessBuilder builder(String... arguments) {
        var command = new ArrayList<String>();
        command.add("git");
        command.addAll(HARDENED);
        command.addAll(List.of(arguments));
        var builder = ChildProcess.of(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> environment = builder.environment();
        environment.put("GIT_OPTIONAL_LOCKS", "0");
        environment.put("GIT_NO_LAZY_FETCH", "1");
        environment.put("GIT_TERMINAL_PROMPT", "0");
        environment.put("LC_ALL", "C");
        return builder;
    }

    private static void destroyWhenLate(Process process) {
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException done) {
            Thread.currentThread().interrupt();
        }
    }
}
