// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackFault;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of a search that names no journal. */
class SearchRecordTest {
    private static final String PLAN = """
            {"subtasks":[
              {"type":"rank-files","id":"rank","input":{"words":["delay"],"among":"CODE"},"wires":[],"after":[]},
              {"type":"read-places","id":"read","input":{"file":null},
               "wires":[{"into":"file","from":"rank","field":"files"}],"after":[]}]}""";
    private static final String ANSWER = """
            {"answer":{"statements":[{"text":"It is here.","path":"src/Backoff.java","startLine":2,"endLine":3}]},
             "citations":[1]}""";
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path folder;

    private final LoopbackOpenAi server = LoopbackOpenAi.start();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final AtomicBoolean isKeyKnown = new AtomicBoolean(true);
    private final AtomicInteger answers = new AtomicInteger();
    private Path cache;

    @BeforeEach
    void write() throws Exception {
        new Tree(Files.createDirectory(folder.resolve("repo")))
                .file("src/Backoff.java", "class Backoff {\n    long delay;\n}\n");
        cache = folder.resolve("cache/cadre/searches");
        server.on(request -> !isKeyKnown.get())
                .replies(LoopbackReply.error(401, "invalid_request_error", "invalid_api_key", "no such key"));
        server.on(request -> request.model().equals("gpt-5.4")).replies(paid(PLAN));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static LoopbackReply paid(String text) {
        return LoopbackReply.text(text).usage(new TokenUsage(1_000, 0, 0, 100, 0));
    }

    /** The model that answers never does the first time; by then the thread of the command is interrupted, as by Ctrl-C. */
    private void interruptTheFirstAnswer() {
        Thread command = Thread.currentThread();
        server.on(request -> request.model().equals("gpt-5.4-mini") && isFirst(command))
                .replies(paid(ANSWER).fault(LoopbackFault.STALL_BEFORE_REPLY));
        server.onAny().replies(paid(ANSWER));
    }

    private boolean isFirst(Thread command) {
        if (answers.getAndIncrement() > 0) {
            return false;
        }
        command.interrupt();
        return true;
    }

    private int run(String... options) {
        var terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                false);
        var environment = Map.of(
                "OPENAI_API_KEY", "key",
                "OPENAI_BASE_URL", server.baseUrl(),
                "XDG_CACHE_HOME", folder.resolve("cache").toString());
        String repo = folder.resolve("repo").toString();
        String[] arguments = Stream.concat(
                        Stream.of("search", "--repo", repo, "where is the delay"), Stream.of(options))
                .toArray(String[]::new);
        return new Cadre(terminal, () -> NOW, environment).run(arguments);
    }

    private List<String> kept() throws IOException {
        if (!Files.isDirectory(cache)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(cache)) {
            return files.map(file -> file.getFileName().toString().replaceFirst("^[0-9a-f]{64}", ""))
                    .sorted()
                    .toList();
        }
    }

    private Path journal() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(file -> file.toString().endsWith(".journal"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private long calls(String model) {
        return server.requests().stream()
                .map(LoopbackRequest::model)
                .filter(model::equals)
                .count();
    }

    private String told() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void interrupt_saysWhatWasSpent_andTheSameCommandGoesOn() throws Exception {
        interruptTheFirstAnswer();

        assertThat(run()).isEqualTo(130);

        assertThat(Thread.interrupted()).isFalse();
        assertThat(told())
                .containsPattern("cadre: interrupted; \\$0\\.\\d+ was spent; the same command goes on from here\\n$");
        assertThat(kept()).contains(".journal");
        assertThat(out.size()).isZero(); // nothing that a pipe could take for an answer

        assertThat(run()).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("src/Backoff.java:");
        assertThat(calls("gpt-5.4")).isEqualTo(1); // the plan is not paid twice
        assertThat(kept()).isEmpty();
    }

    @Test
    void journalOfAnInterruptedSearch_isForItsOwnerAlone() throws Exception {
        interruptTheFirstAnswer();
        run();

        for (Path file : List.of(
                cache,
                Files.list(cache)
                        .filter(f -> f.toString().endsWith(".journal"))
                        .findFirst()
                        .orElseThrow())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .endsWith("------");
        }
    }

    @Test
    void searchThatFailed_isKeptUntilItSucceeds() throws Exception {
        server.onAny().replies(paid(ANSWER));
        isKeyKnown.set(false);
        assertThat(run()).isEqualTo(4);
        assertThat(kept()).contains(".journal");

        isKeyKnown.set(true);
        assertThat(run()).isZero();

        assertThat(kept()).isEmpty();
    }

    @Test
    void completeSearch_leavesNothing() throws Exception {
        server.onAny().replies(paid(ANSWER));

        assertThat(run()).isZero();

        assertThat(kept()).isEmpty();
    }

    @Test
    void journalOfAnotherSearch_isDeletedAfterAWeek() throws Exception {
        server.onAny().replies(paid(ANSWER));
        Files.createDirectories(cache);
        Path old = Files.writeString(cache.resolve("0".repeat(64) + ".journal"), "old");
        Path recent = Files.writeString(cache.resolve("1".repeat(64) + ".journal"), "recent");
        Path foreign = Files.writeString(cache.resolve("notes.txt"), "kept");
        Files.setLastModifiedTime(old, FileTime.from(NOW.minus(Duration.ofDays(8))));
        Files.setLastModifiedTime(recent, FileTime.from(NOW.minus(Duration.ofDays(6))));
        Files.setLastModifiedTime(foreign, FileTime.from(NOW.minus(Duration.ofDays(8))));

        assertThat(run()).isZero();

        assertThat(old).doesNotExist();
        assertThat(recent).exists();
        assertThat(foreign).exists();
    }

    @Test
    void cacheThatCannotBeWritten_losesNoAnswer() throws Exception {
        server.onAny().replies(paid(ANSWER));
        Files.writeString(folder.resolve("cache"), "a file where the folder is to be");

        assertThat(run()).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("src/Backoff.java:");
    }

    @Test
    void journalOfItsOwn_isUsedInstead() throws Exception {
        server.onAny().replies(paid(ANSWER));

        assertThat(run("--journal", folder.resolve("own.journal").toString())).isZero();

        assertThat(folder.resolve("own.journal")).exists();
        assertThat(cache).doesNotExist();
    }
}
