// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import dev.cadre.examples.process.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs git to read, with a fixed argument list, in one folder.
 *
 * <p>A repository's own configuration can name programs that git starts. Every such setting that the commands used
 * here would honour is overridden, as is each that names a file, and what the configuration could override in turn is denied by the environment: no
 * protocol is allowed, so nothing is fetched. The settings of the machine and the user are not read, but for the folders
 * of other owners that they trust, {@code safe.directory}. A git folder that is not the folder's own counts as none: a
 * folder's files must not lead to the history of another repository. A git older than 2.39.1 counts as none, too. On Linux
 * git has 1.5 GB of memory at most. Blocks until git ends, at most 20 seconds and until the deadline.
 */
public final class GitCommand {
    private static final Duration MAX_TIME = Duration.ofSeconds(20);
    private static final int MAX_OUTPUT_BYTES =
            (int) Math.clamp(Runtime.getRuntime().maxMemory() / 32, 16L << 20, 64L << 20);
    private static final int MAX_TRUSTED = 500;
    private static final List<String> HARDENED = List.of(
            "-c", "core.attributesFile=/dev/null",
            "-c", "core.excludesFile=/dev/null",
            "-c", "core.fsmonitor=false",
            "-c", "core.hooksPath=/dev/null",
            "-c", "core.pager=cat",
            "-c", "core.packedGitLimit=256m",
            "-c", "core.packedGitWindowSize=32m",
            "-c", "core.quotePath=false",
            "-c", "diff.orderFile=/dev/null",
            "-c", "log.showSignature=false",
            "-c", "log.mailmap=false",
            "-c", "protocol.allow=never",
            "-c", "safe.bareRepository=explicit");

    /** A small object may say that it is large, or name another one ten times. Some systems, macOS among them, cannot limit. */
    private static final List<String> LIMITED = File.separatorChar == '\\'
            ? List.of()
            : List.of("/bin/sh", "-c", "ulimit -v 1500000 2>/dev/null; exec \"$@\"", "sh");

    /** No configuration file overrides these. */
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "GIT_ALLOW_PROTOCOL", "none",
            "GIT_NO_LAZY_FETCH", "1",
            "GIT_CONFIG_NOSYSTEM", "1",
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_ATTR_NOSYSTEM", "1",
            "GIT_TERMINAL_PROMPT", "0",
            "GIT_OPTIONAL_LOCKS", "0",
            "LC_ALL", "C");

    /** With these git reads the settings of the user and the machine, and those of no repository. */
    private static final Map<String, String> ENVIRONMENT_OF_THE_USER =
            Map.of("GIT_DIR", "/dev/null", "GIT_ALLOW_PROTOCOL", "none", "LC_ALL", "C");

    private final RootFolder folder;
    private final Deadline deadline;
    private final Optional<Path> program;

    private GitCommand(RootFolder folder, Deadline deadline, Optional<Path> program) {
        this.folder = folder;
        this.deadline = deadline;
        this.program = program;
    }

    /** Returns a git that runs in this folder, until this deadline. */
    public static GitCommand in(RootFolder folder, Deadline deadline) {
        String path = System.getenv().getOrDefault("PATH", "");
        return in(folder, deadline, GitProgram.find(path, folder.path(), File.separatorChar == '\\'));
    }

    /** Returns a git that runs this program. */
    static GitCommand in(RootFolder folder, Deadline deadline, Optional<Path> program) {
        return new GitCommand(folder, deadline.atMost(MAX_TIME), program);
    }

    /** Whether git would have something to read: the folder, or one above it, says that it has a history. */
    public static boolean isExpectedIn(Path folder) {
        return GitHome.nearest(folder).isPresent();
    }

    /**
     * Returns what git printed, or nothing if there is no git that is trusted, its folder is that of another repository or of
     * another user whom nobody trusts, or another one by now, it failed, printed too much or took too long.
     */
    public Optional<String> run(String... arguments) throws InterruptedException {
        if (!GitHome.canBeRead(folder.path())
                || execute(List.of(), "version").filter(GitProgram::isTrusted).isEmpty()) {
            return Optional.empty();
        }
        Optional<String> own = execute(List.of(), GitHome.QUERY);
        List<String> trusted = own.isPresent() ? List.of() : trustedByTheUser();
        Optional<GitHome> home = (trusted.isEmpty() ? own : execute(trusted, GitHome.QUERY)).flatMap(GitHome::parse);
        Optional<String> printed =
                home.isPresent() && isOwn(home.get(), trusted) ? execute(trusted, arguments) : Optional.empty();
        return printed.filter(text -> folder.isInItsPlace()); // git was started in what its path led to
    }

    /** The folders of other owners that the user and the machine trust, as settings. */
    private List<String> trustedByTheUser() throws InterruptedException {
        String folders = start(ENVIRONMENT_OF_THE_USER, List.of("config", "-z", "--get-all", "safe.directory"))
                .orElse("");
        return Stream.of(folders.split("\0", -1))
                .limit(MAX_TRUSTED)
                .filter(each -> !each.isEmpty())
                .flatMap(each -> Stream.of("-c", "safe.directory=" + each))
                .toList();
    }

    private boolean isOwn(GitHome home, List<String> trusted) throws InterruptedException {
        String config = home.gitFolder().resolve("config").toString();
        Optional<String> top = execute(trusted, "config", "--file", config, "--no-includes", "core.worktree");
        return home.belongsTo(folder.path(), top.map(String::strip).orElse(""));
    }

    private Optional<String> execute(List<String> trusted, String... arguments) throws InterruptedException {
        var command = new ArrayList<>(HARDENED);
        command.addAll(trusted);
        command.addAll(List.of(arguments));
        return start(ENVIRONMENT, command);
    }

    private Optional<String> start(Map<String, String> environment, List<String> arguments)
            throws InterruptedException {
        Process process;
        try {
            if (program.isEmpty() || deadline.isOver()) {
                return Optional.empty();
            }
            process = builder(program.get(), environment, arguments).start();
            process.getOutputStream().close();
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

    private ProcessBuilder builder(Path git, Map<String, String> environment, List<String> arguments) {
        var command = new ArrayList<>(LIMITED);
        command.add(git.toString());
        command.addAll(arguments);
        var builder =
                ChildProcess.of(command).directory(folder.path().toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        return builder;
    }

    private void destroyWhenLate(Process process) {
        try {
            if (!process.waitFor(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException done) {
            Thread.currentThread().interrupt();
        }
    }
}
