// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.BRIEF;
import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.model.CallContext;
import dev.cadre.model.CallOptions;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Cassette.Mode;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CassetteTest {
    private static final ModelClient NOBODY = (request, context) -> {
        throw new AssertionError("the real model was called");
    };

    @TempDir
    Path folder;

    Path file;

    @BeforeEach
    void place() {
        file = folder.resolve("tapes").resolve("brief.jsonl");
    }

    // --- whole runs

    private static RunResult<Brief> run(Coordinator coordinator) throws InterruptedException {
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var dogs = graph.add("dogs", NOTE, new Topic("dogs"));
        var brief = graph.add("brief", BRIEF, from(cats, dogs, (a, b) -> new Notes(List.of(a, b))));
        return coordinator.run(graph.answering(brief), Budget.usd("1.00"));
    }

    private static ScriptedModel crew() {
        var model = new ScriptedModel();
        model.on(NOTE, new Topic("cats"))
                .isRateLimited(Duration.ofMillis(1))
                .costing(1_000, 400)
                .replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs"))
                .repliesText("not JSON")
                .costing(1_000, 400)
                .replies(new Note("They bark."));
        model.on(BRIEF).costing(2_000, 100).replies(new Brief("Pets make noise."));
        return model;
    }

    @Test
    void run_recorded_replaysWithoutTheModel() throws Exception {
        RunResult<Brief> real;
        try (var cassette = Cassette.open(file, Mode.RECORD);
                var pools = cassette.pools(crew()::pools)) {
            real = run(Coordinator.of(pools));
        }

        try (var cassette = Cassette.open(file, Mode.REPLAY);
                var pools = cassette.pools(() -> {
                    throw new AssertionError("nobody needs a key to replay");
                })) {
            var replayed = run(Coordinator.of(pools));

            assertThat(replayed).isCompleteWith(new Brief("Pets make noise.")).leftNothingBehind();
            assertThat(replayed.spend()).isEqualTo(real.spend());
            assertThat(replayed.spend().attempts()).isEqualTo(5);
            cassette.assertFullyPlayed();
        }
    }

    @Test
    void recording_again_writesTheSameBytes() throws Exception {
        var written = new ArrayList<String>();
        for (int i = 0; i < 2; i++) {
            try (var cassette = Cassette.open(file, Mode.REFRESH);
                    var pools = cassette.pools(crew()::pools)) {
                run(Coordinator.of(pools));
            }
            written.add(Files.readString(file));
        }

        assertThat(written.get(1)).isEqualTo(written.get(0));
        assertThat(written.getFirst().lines().findFirst())
                .contains("{\"cassette\":1,\"pools\":{\"NANO\":{\"model\":\"gpt-5.4-nano\",\"maxAttempts\":4},"
                        + "\"MINI\":{\"model\":\"gpt-5.4-mini\",\"maxAttempts\":4},"
                        + "\"FLAGSHIP\":{\"model\":\"gpt-5.4\",\"maxAttempts\":4}}}");
        assertThat(written.getFirst().lines().skip(1).toList()).hasSize(4).isSorted();
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).as("no part of a file is left").containsExactly(file);
        }
    }

    @Test
    void retries_ofTheRecordedPools_areReplayed() throws Exception {
        var model = new ScriptedModel();
        model.on(NOTE).isRateLimited(Duration.ZERO);
        model.on(BRIEF).replies(new Brief("never"));
        RunResult<Brief> real;
        try (var cassette = Cassette.open(file, Mode.RECORD);
                var pools = cassette.pools(() -> model.pools(pool -> pool.retryPolicy(RetryPolicy.none())))) {
            real = run(Coordinator.of(pools));
        }
        assertThat(model.calls()).hasSize(2);

        try (var cassette = Cassette.open(file, Mode.REPLAY);
                var pools = cassette.pools(model::pools)) {
            assertThat(run(Coordinator.of(pools)).report().outcomes())
                    .isEqualTo(real.report().outcomes());
            cassette.assertFullyPlayed();
        }
    }

    // --- single calls

    private static ModelRequest request(String text) {
        return ModelRequest.of("gpt-5.4-nano", "Answer.", text, 64);
    }

    private static CallContext context(List<String> pieces) {
        var purpose = new CallPurpose(CallPurpose.Kind.WORK, "run", "t1", "note", "{}", Tier.NANO);
        return new CallContext(purpose, Duration.ofSeconds(30), pieces::add);
    }

    private static ModelReply call(ModelClient client, String text) throws InterruptedException {
        return client.call(request(text), context(new ArrayList<>()));
    }

    private static ModelReply reply(String text) {
        return ModelReply.of("gpt-5.4-nano", text, TokenUsage.of(10, 5));
    }

    private void tape(ModelClient real, String... texts) throws InterruptedException {
        try (var cassette = Cassette.open(file, Mode.RECORD)) {
            for (String text : texts) {
                try {
                    call(cassette.over(real), text);
                } catch (ModelException recorded) {
                    // as is wanted
                }
            }
        }
    }

    @Test
    void replies_areFoundByRequest_notByOrder() throws Exception {
        tape((request, context) -> reply("re " + request.turns()), "a", "b");

        var replay = Cassette.open(file, Mode.REPLAY);

        assertThat(call(replay.over(NOBODY), "b").text()).contains("text=b");
        assertThat(call(replay.over(NOBODY), "a").text()).contains("text=a");
    }

    @Test
    void sameRequest_severalTimes_isAnsweredAsRecorded_andThenNoMore() throws Exception {
        var replies = Stream.of("one", "two").iterator();
        tape((request, context) -> reply(replies.next()), "a", "a");

        var replay = Cassette.open(file, Mode.REPLAY).over(NOBODY);

        assertThat(call(replay, "a").text()).isEqualTo("one");
        assertThat(call(replay, "a").text()).isEqualTo("two");
        assertThatThrownBy(() -> call(replay, "a"))
                .isInstanceOf(UnrecordedCallException.class)
                .hasMessageContaining("it was recorded 2 time(s), and each has been played");
    }

    @Test
    void whereACallIsServed_doesNotMatter_howMuchMayBeSaidDoes() throws Exception {
        tape((request, context) -> reply("one"), "a");
        var replay = Cassette.open(file, Mode.REPLAY).over(NOBODY);
        var elsewhere = request("a")
                .withServiceTier(ServiceTier.FLEX)
                .withOptions(CallOptions.NONE.withCacheKey("slot-7").withSafetyIdentifier("user-1"));

        assertThat(replay.call(elsewhere, context(new ArrayList<>())).text()).isEqualTo("one");
        assertThatThrownBy(() -> replay.call(request("a").withMaxOutputTokens(65), context(new ArrayList<>())))
                .isInstanceOf(UnrecordedCallException.class)
                .hasMessageContaining("-   maxOutputTokens: 64")
                .hasMessageContaining("+   maxOutputTokens: 65");
    }

    @Test
    void reply_comesBackWhole() throws Exception {
        var original = new ModelReply(
                "gpt-5.4-nano-2026-03-17",
                "",
                List.of(new ToolCall("c1", "grep", "{\"term\":\"retry\"}")),
                Finish.TOOL_CALLS,
                new TokenUsage(100, 60, 20, 30, 10),
                ServiceTier.FLEX,
                RateLimits.UNKNOWN,
                Map.of(ProviderTool.Kind.values()[0], 3),
                "state",
                List.of("the finish reason 'eos' was read as complete"));
        tape((request, context) -> original, "a");

        assertThat(call(Cassette.open(file, Mode.REPLAY).over(NOBODY), "a")).isEqualTo(original);
    }

    @Test
    void replyWithoutUsage_comesBackWithoutIt() throws Exception {
        tape(
                (request, context) -> new ModelReply(
                        "m", "t", List.of(), Finish.TRUNCATED, null, ServiceTier.STANDARD, RateLimits.UNKNOWN, ""),
                "a");

        assertThat(call(Cassette.open(file, Mode.REPLAY).over(NOBODY), "a"))
                .returns(null, ModelReply::usage)
                .returns(Finish.TRUNCATED, ModelReply::finish);
    }

    @Test
    void streamedText_isHandedOverInOnePiece() throws Exception {
        tape(
                (request, context) -> {
                    context.text().accept("ab");
                    context.text().accept("c");
                    return reply("abc");
                },
                "a");
        var pieces = new ArrayList<String>();

        Cassette.open(file, Mode.REPLAY).over(NOBODY).call(request("a"), context(pieces));

        assertThat(pieces).containsExactly("abc");
    }

    static List<ModelException> failures() {
        return List.of(
                new ModelException.RateLimited(
                        "429", ModelException.RateLimited.Cause.SLOW_DOWN, null, RateLimits.UNKNOWN),
                new ModelException.ServerFailed("overloaded", 503, Charge.FREE, null),
                new ModelException.ServerFailed("broken", 500, Charge.UNKNOWN, null).lasting(),
                new ModelException.ServerFailed(
                        "cut off",
                        200,
                        Charge.UNKNOWN,
                        null,
                        new ModelException.Billed(
                                "gpt-5.4-nano",
                                TokenUsage.of(7, 3),
                                ServiceTier.FLEX,
                                Map.of(ProviderTool.Kind.values()[0], 3))),
                new ModelException.ConnectionFailed("reset", Charge.UNKNOWN, new IOException("reset")),
                new ModelException.Unreachable("bad TLS", null),
                new ModelException.Unreachable("404", null).suspected(),
                new ModelException.TimedOut("late", Charge.UNKNOWN),
                new ModelException.MalformedReply("a page", null),
                new ModelException.QuotaExhausted("no money"),
                new ModelException.QuotaExhausted("402").suspected(),
                new ModelException.AuthFailed("401"),
                new ModelException.AuthFailed("403").suspected(),
                new ModelException.UnknownModel("404"),
                new ModelException.UnknownModel("no such model").suspected(),
                new ModelException.DearerModel("another one answered"),
                new ModelException.ContextTooLong("too long"),
                new ModelException.Adapted("without strict"),
                new ModelException.InvalidRequest("bad", 400));
    }

    @Test
    void failures_areAllThereAre() {
        assertThat(failures().stream().<Class<?>>map(Object::getClass).distinct())
                .containsExactlyInAnyOrder(ModelException.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failure_comesBackAsItCame(ModelException failure) throws Exception {
        tape(
                (request, context) -> {
                    context.text().accept("half");
                    throw failure;
                },
                "a");
        var pieces = new ArrayList<String>();

        var replayed = (ModelException) catchThrowable(
                () -> Cassette.open(file, Mode.REPLAY).over(NOBODY).call(request("a"), context(pieces)));

        assertThat(replayed)
                .hasSameClassAs(failure)
                .hasMessage(failure.getMessage())
                .returns(failure.charge(), ModelException::charge)
                .returns(failure.reach(), ModelException::reach)
                .returns(failure.billed(), ModelException::billed)
                .usingRecursiveComparison()
                .ignoringFields("stackTrace", "cause")
                .isEqualTo(failure);
        assertThat(pieces).containsExactly("half");
    }

    @Test
    void interrupt_beforeACall_sendsAndPlaysNothing() throws Exception {
        tape((request, context) -> reply("one"), "a");
        var replay = Cassette.open(file, Mode.REPLAY);

        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> call(replay.over(NOBODY), "a")).isInstanceOf(InterruptedException.class);
        assertThat(call(replay.over(NOBODY), "a").text()).isEqualTo("one");
    }

    // --- misses

    @Test
    void miss_showsTheNearestRecording() throws Exception {
        tape((request, context) -> reply("ok"), "{\"name\":\"cats\"}", "something else entirely");
        var replay = Cassette.open(file, Mode.REPLAY);
        String key = Files.readAllLines(file).stream()
                .filter(line -> line.contains("cats"))
                .map(line -> line.substring(8, 24))
                .findFirst()
                .orElseThrow();

        assertThatThrownBy(() -> call(replay.over(NOBODY), "{\"name\":\"dogs\"}"))
                .isInstanceOf(UnrecordedCallException.class)
                .hasMessage("""
                        no recording in %s answers the call
                          WORK note {} on gpt-5.4-nano
                        nearest (- recorded, + called): %s
                            ...
                                  attachments: []
                                  kind: "User"
                                  text: text of {
                          -         name: "cats"
                          +         name: "dogs"
                                  }
                                }
                              ]
                            }
                        record it with -Dcadre.cassette=record""".formatted(file, key));
        assertThatThrownBy(replay::assertFullyPlayed)
                .isInstanceOf(AssertionError.class)
                .hasMessage("asked for, but not recorded: [WORK note {} on gpt-5.4-nano]");
    }

    @Test
    void recording_notPlayed_isNamed() throws Exception {
        tape((request, context) -> reply("ok"), "a");

        assertThatThrownBy(Cassette.open(file, Mode.REPLAY)::assertFullyPlayed)
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("recorded, but not \\(fully\\) asked for: \\[[0-9a-f]{16}]");
    }

    // --- modes

    @Test
    void record_sendsOnlyWhatIsMissing() throws Exception {
        tape((request, context) -> reply("old"), "a");
        var sent = new ArrayList<String>();

        tape(
                (request, context) -> {
                    sent.add(((Turn.User) request.turns().getFirst()).text());
                    return reply("new");
                },
                "a",
                "b");

        assertThat(sent).containsExactly("b");
        assertThat(Files.readAllLines(file)).hasSize(3);
    }

    @Test
    void refresh_dropsWhatWasThere() throws Exception {
        tape((request, context) -> reply("old"), "a", "b");
        try (var cassette = Cassette.open(file, Mode.REFRESH)) {
            call(cassette.over((request, context) -> reply("new")), "a");
        }

        assertThat(Files.readAllLines(file)).hasSize(2).noneMatch(line -> line.contains("old"));
    }

    @Test
    void replay_isTheDefault_andOfNoFileAnError() {
        assertThatThrownBy(() -> Cassette.open(file))
                .isInstanceOf(CassetteException.class)
                .hasMessage("there is no cassette %s; record it with -Dcadre.cassette=record".formatted(file));
    }

    @Test
    void replay_changesNoByteOfTheFile() throws Exception {
        tape((request, context) -> reply("ok"), "a");
        var before = Files.getLastModifiedTime(file);

        try (var cassette = Cassette.open(file, Mode.REPLAY)) {
            call(cassette.over(NOBODY), "a");
        }

        assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
    }

    @Test
    void clientAlone_hasNoPoolsToReplay() throws Exception {
        tape((request, context) -> reply("ok"), "a");

        assertThatThrownBy(() -> Cassette.open(file, Mode.REPLAY).pools(() -> new ScriptedModel().pools()))
                .isInstanceOf(CassetteException.class)
                .hasMessage("cassette %s was recorded without its pools; replay it with over(...)".formatted(file));
    }

    @Test
    void damagedLine_isNamed() throws Exception {
        tape((request, context) -> reply("ok"), "a");
        var lines = new ArrayList<>(Files.readAllLines(file));
        lines.set(1, lines.get(1).replace("\"ends\"", "\"end\""));
        Files.write(file, lines);

        assertThatThrownBy(() -> Cassette.open(file, Mode.REPLAY))
                .isInstanceOf(CassetteException.class)
                .hasMessage("cassette %s is damaged in line 2: $.ends: missing".formatted(file));
    }

    // --- secrets

    private static final String KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789";
    private static final String BEARER = "Bearer 0123456789abcdefghijklmnop";
    private static final String OWN = "correct horse battery staple";

    @Test
    void secret_anywhere_isNeverOnDisk_andReplaysAllTheSame() throws Exception {
        String asked = "use %s and %s, \"%s\"".formatted(KEY, BEARER, OWN);
        try (var cassette = Cassette.open(file, Mode.RECORD).redacting(OWN)) {
            call(
                    cassette.over((request, context) -> {
                        context.text().accept(asked);
                        return new ModelReply(
                                "m",
                                "you said " + asked,
                                List.of(new ToolCall("c", "curl", "{\"header\":\"" + BEARER + "\"}")),
                                Finish.TOOL_CALLS,
                                TokenUsage.NONE,
                                ServiceTier.STANDARD,
                                RateLimits.UNKNOWN,
                                KEY);
                    }),
                    asked);
            assertThatThrownBy(() -> call(
                            cassette.over((request, context) -> {
                                throw new ModelException.AuthFailed("wrong key " + KEY + ", " + OWN);
                            }),
                            "b"))
                    .hasMessageContaining(OWN);
        }

        assertThat(Files.readString(file))
                .doesNotContain(KEY, "abcdefghijklmnop", OWN, "0123456789")
                .contains("[redacted]");
        var replay = Cassette.open(file, Mode.REPLAY).redacting(OWN);
        assertThat(call(replay.over(NOBODY), asked).text())
                .isEqualTo("you said use [redacted] and [redacted], \"[redacted]\"");
    }

    @Test
    void secret_inAMiss_isNotShown() throws Exception {
        tape((request, context) -> reply("ok"), "a");

        assertThatThrownBy(() -> call(Cassette.open(file, Mode.REPLAY).over(NOBODY), "use " + KEY))
                .isInstanceOf(UnrecordedCallException.class)
                .message()
                .doesNotContain(KEY)
                .contains("use [redacted]");
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void secret_ofEveryShape_isMasked(String text, String masked) {
        assertThat(Secrets.with(List.of()).clean(text)).isEqualTo(masked);
    }

    static List<Arguments> secrets() {
        return List.of(
                arguments("x " + KEY + ".", "x [redacted]."),
                arguments("authorization: bearer abcd.efg/h=", "authorization: [redacted]"),
                arguments("AKIAIOSFODNN7EXAMPLE", "[redacted]"),
                arguments("ghp_0123456789abcdefghij0123456789", "[redacted]"),
                arguments("eyJhbGciOiJI.eyJzdWIiOiIx.abc-_d", "[redacted]"),
                arguments("-----BEGIN PRIVATE KEY-----\nMIIE+/=\n-----END PRIVATE KEY-----\nrest", "[redacted]\nrest"),
                arguments("api_key = hunter22, next", "api_key = [redacted], next"),
                arguments("a task-list and 1,000 tokens", "a task-list and 1,000 tokens"));
    }
}
