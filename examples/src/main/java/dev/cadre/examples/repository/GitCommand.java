// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import dev.cadre.examples.process.ChildProcess;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
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
import java.util.function.Consumer;
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
    private static final int MAX_TEXT_BYTES = 1 << 20;

    /** Far beyond any path, and beyond what is asked for of a commit. */
    private static final int MAX_PIECE_BYTES = 1 << 16;

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
    private final GitAccess access;

    private GitCommand(RootFolder folder, Deadline deadline, Optional<Path> program, GitAccess access) {
        this.folder = folder;
        this.deadline = deadline.atMost(MAX_TIME);
        this.program = program;
        this.access = access;
    }

    /** Returns a git that runs in this folder, until this deadline. */
    public static GitCommand in(RootFolder folder, Deadline deadline) {
        return in(folder, deadline, ReadLimits.STANDARD);
    }

    /** Returns one that reads no git folder with more entries than these limits have files. */
    public static GitCommand in(RootFolder folder, Deadline deadline, ReadLimits limits) {
        String path = System.getenv().getOrDefault("PATH", "");
        var program = GitProgram.find(path, folder.path(), File.separatorChar == '\\');
        return new GitCommand(folder, deadline, program, new GitAccess(limits.maxFiles()));
    }

    /** Returns a git that runs this program. */
    static GitCommand in(RootFolder folder, Deadline deadline, Optional<Path> program) {
        return new GitCommand(folder, deadline, program, new GitAccess(ReadLimits.STANDARD.maxFiles()));
    }

    /** Returns this git, until another deadline: what one of them found out about the git folder, the other knows. */
    public GitCommand until(Deadline other) {
        return new GitCommand(folder, other, program, access);
    }

    /** Whether git would have something to read: the folder, or one above it, says that it has a history. */
    public static boolean isExpectedIn(Path folder) {
        return GitHome.nearest(folder).isPresent();
    }

    /**
     * Returns what git printed, or nothing if there is no git that is trusted, its folder is that of another repository or of
     * another user whom nobody trusts, or another one by now, it failed, printed more than 1 MB or took too long.
     */
    public Optional<String> run(String... arguments) throws InterruptedException {
        return read(GitCommand::text, arguments);
    }

    /**
     * Hands over what git prints, cut at each NUL, as it comes: no more than one piece is held.
     *
     * @param taker is given each piece, on the calling thread; what it was given counts for nothing unless this returns true
     * @return whether git printed all of it; not for the reasons for which {@link #run(String...)} returns nothing, however
     *     much there is, and not if a piece has more than 64 KB
     */
    public boolean run(Consumer<String> taker, String... arguments) throws InterruptedException {
        return read(output -> pieces(output, taker), arguments).isPresent();
    }

    /** Makes something of what git prints; nothing if it is of no use. */
    private interface Reading<T> {
        Optional<T> of(InputStream output) throws IOException;
    }

    private static Optional<String> text(InputStream output) throws IOException {
        byte[] bytes = output.readNBytes(MAX_TEXT_BYTES);
        return bytes.length < MAX_TEXT_BYTES
                ? Optional.of(new String(bytes, StandardCharsets.UTF_8))
                : Optional.empty();
    }

    private static Optional<Boolean> pieces(InputStream output, Consumer<String> taker) throws IOException {
        var buffered = new BufferedInputStream(output);
        var piece = new ByteArrayOutputStream();
        for (int next = buffered.read(); next >= 0; next = buffered.read()) {
            if (Thread.currentThread().isInterrupted()) {
                return Optional.empty();
            }
            if (next == 0) {
                taker.accept(piece.toString(StandardCharsets.UTF_8));
                piece.reset();
            } else if (piece.size() < MAX_PIECE_BYTES) {
                piece.write(next);
            } else {
                return Optional.empty();
            }
        }
        if (piece.size() > 0) {
            taker.accept(piece.toString(StandardCharsets.UTF_8));
        }
        return Optional.of(true);
    }

    private <T> Optional<T> read(Reading<T> reading, String... arguments) throws InterruptedException {
        Optional<List<String>> trusted =
                GitHome.canBeRead(folder.path()) ? access.once(deadline, this::trustedIfOwn) : Optional.empty();
        Optional<T> printed = trusted.isPresent() ? execute(reading, trusted.get(), arguments) : Optional.empty();
        return printed.filter(made -> folder.isInItsPlace()); // git was started in what its path led to
    }

    /** What git needs to be told to read the folder; nothing if it must not. */
    private Optional<List<String>> trustedIfOwn() throws InterruptedException {
        if (execute(List.of(), "version").filter(GitProgram::isTrusted).isEmpty()) {
            return Optional.empty();
        }
        Optional<String> own = execute(List.of(), GitHome.QUERY);
        List<String> trusted = own.isPresent() ? List.of() : trustedByTheUser();
        Optional<GitHome> home = (trusted.isEmpty() ? own : execute(trusted, GitHome.QUERY)).flatMap(GitHome::parse);
        return home.isPresent() && isOwn(home.get(), trusted) ? Optional.of(trusted) : Optional.empty();
    }

    /** The folders of other owners that the user and the machine trust, as settings. */
    private List<String> trustedByTheUser() throws InterruptedException {
        String folders = start(
                        GitCommand::text,
                        ENVIRONMENT_OF_THE_USER,
                        List.of("config", "-z", "--get-all", "safe.directory"))
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
        return home.belongsTo(folder.path(), top.map(String::strip).orElse(""), access.maxEntries(), deadline);
    }

    private Optional<String> execute(List<String> trusted, String... arguments) throws InterruptedException {
        return execute(GitCommand::text, trusted, arguments);
    }

    private <T> Optional<T> execute(Reading<T> reading, List<String> trusted, String... arguments)
            throws InterruptedException {
        var command = new ArrayList<>(HARDENED);
        command.addAll(trusted);
        command.addAll(List.of(arguments));
        return start(reading, ENVIRONMENT, command);
    }

    private <T> Optional<T> start(Reading<T> reading, Map<String, String> environment, List<String> arguments)
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
            Optional<T> read = reading.of(output);
            return read.isPresent() && process.waitFor() == 0 ? read : Optional.empty();
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
        var builder = ChildProcess.of(command)
                .directory(folder.path().toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
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
