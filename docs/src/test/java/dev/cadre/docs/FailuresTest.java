// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.UnknownEffect;
import dev.cadre.budget.Budget;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.ParallelLimit;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets of docs/failures.md and holds its tables to the code. */
class FailuresTest {
    record Claim(String text) {}

    record Source(String path) {}

    record Row(String text) {}

    // region failures-limits
    static final ParallelLimit DATABASE = ParallelLimit.of(8);

    static final SubtaskType<Source, Row> LOOK_UP = SubtaskType.code(
                    "look-up", Source.class, Row.class, (source, context) -> new Row(source.path()))
            .parallel(DATABASE)
            .timeout(Duration.ofSeconds(5));
    // endregion

    @Test
    void limits_ofPlainCode_holdForItsType() throws InterruptedException {
        var graph = TaskGraph.builder();
        var row = graph.add("row", LOOK_UP, new Source("a"));

        assertThat(Coordinator.of(model.pools())
                        .run(graph.answering(row), Budget.usd("0"))
                        .requireComplete())
                .isEqualTo(new Row("a"));
    }

    // region failures-accept
    record Verdict(boolean holds, String why) {}

    static final SubtaskType<Claim, Verdict> JUDGE = SubtaskType.model(
                    "judge", Claim.class, Verdict.class, "Is the claim supported?")
            .startingAt(Tier.NANO)
            .upTo(Tier.FLAGSHIP)
            .accept(
                    "a verdict gives its reason",
                    (claim, verdict) -> !verdict.why().isBlank());
    // endregion

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    final TaskGraph.Builder builder = TaskGraph.builder();
    final TaskGraph<Verdict> graph = builder.answering(builder.add("judge", JUDGE, new Claim("cats purr")));

    private RunResult<Verdict> run() throws InterruptedException {
        return Coordinator.of(model.pools()).run(graph, Budget.usd("0.25"));
    }

    // region failures-result
    static String tell(RunResult<Verdict> result) {
        return switch (result) {
            case RunResult.Complete<Verdict> complete -> complete.answer().why();
            case RunResult.Partial<Verdict> partial -> partial.answer().why() + ", without " + partial.missing();
            case RunResult.Failed<Verdict> failed ->
                failed.cause().kind() + ": " + failed.cause().message();
        };
    }

    static String tell(Outcome<Verdict> outcome) {
        return switch (outcome) {
            case Outcome.Succeeded<Verdict>(Verdict verdict) -> verdict.why();
            case Outcome.Failed<Verdict> failed -> "tried: " + failed.failure().kind();
            case Outcome.Skipped<Verdict> skipped ->
                "never tried: " + skipped.skip().kind();
        };
    }
    // endregion

    @Test
    void answer_notAccepted_isAskedForAgainOnTheNextTier() throws Exception {
        model.on(JUDGE).replies(new Verdict(true, " ")).replies(new Verdict(true, "they do"));

        RunResult<Verdict> result = run();

        assertThat(tell(result)).isEqualTo("they do");
        assertThat(model.calls()).extracting(call -> call.purpose().tier()).containsExactly(Tier.NANO, Tier.MINI);
    }

    @Test
    void refusal_isNotEscalated() throws Exception {
        model.on(JUDGE).refuses("no");

        RunResult<Verdict> result = run();

        assertThat(tell(result)).startsWith("ANSWER_MISSING: REFUSED: the model refused");
        assertThat(result.report().outcome("judge").reason()).startsWith("failed: REFUSED");
        assertThat(tell(Outcome.failed(Failure.Kind.REFUSED, "no"))).isEqualTo("tried: REFUSED");
        assertThat(model.calls()).hasSize(1);
    }

    @Test
    void pool_withItsOwnRetries() {
        ModelClient client = model;

        // region failures-retries
        ModelPool pool = ModelPool.builder(client, "gpt-5.4-nano")
                .retryPolicy(RetryPolicy.standard()
                        .withMaxAttempts(6)
                        .withDelays(Duration.ofMillis(200), Duration.ofSeconds(10)))
                .timeout(Duration.ofSeconds(60))
                .build();
        // endregion

        assertThat(pool.model()).isEqualTo("gpt-5.4-nano");
    }

    @Test
    void cancelled_byAnInterrupt() throws Exception {
        var never = new Gate();
        model.on(JUDGE).holdUntil(never).replies(new Verdict(true, "too late"));

        // region failures-cancel
        var run = new FutureTask<>(() -> Coordinator.of(model.pools()).run(graph, Budget.usd("0.25")));
        Thread caller = Thread.ofVirtual().start(run);
        model.awaitInFlight(1);
        caller.interrupt(); // run() throws InterruptedException, and no thread of the run is left
        // endregion

        caller.join();
        assertThat(run.state()).isEqualTo(FutureTask.State.FAILED);
        assertThat(run.exceptionNow()).isInstanceOf(InterruptedException.class);
        assertThat(model.inFlight()).isZero();
    }

    @Test
    void run_again_recallsWhatSucceeded() throws Exception {
        model.on(Pets.NOTE, "cats").replies(new Note("They purr."));
        model.on(Pets.NOTE, "dogs").refuses("no dogs").replies(new Note("They bark."));
        model.on(Pets.BRIEF).replies(new Brief("Pets make noise."));
        var pets = TaskGraph.builder();
        var cats = pets.add("cats", Pets.NOTE, "cats");
        var dogs = pets.add("dogs", Pets.NOTE, "dogs");
        var brief = pets.answering(pets.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new)));
        var models = model.pools();
        Path file = folder.resolve("pets.journal");

        // region failures-resume
        RunResult<Brief> first;
        RunResult<Brief> second;
        try (var journal = FileJournal.open(file)) {
            Coordinator recorded = Coordinator.of(models).journal(journal);
            first = recorded.run(brief, Budget.usd("0.05")); // the note about dogs is refused
            second = recorded.run(brief, Budget.usd("0.05")); // pays for dogs and brief, not for cats
        }
        // endregion

        assertThat(first).isFailedBecause(RunFailure.Kind.ANSWER_MISSING);
        assertThat(second).isCompleteWith(new Brief("Pets make noise."));
        assertThat(model.calls())
                .extracting(call -> call.purpose().subtaskId())
                .containsExactlyInAnyOrder("cats", "dogs", "dogs", "brief");
    }

    record Guest(String name) {}

    record Receipt(String name) {}

    @Test
    void effectOfUnknownFate_goesOnOnceSomebodySaysWhatBecameOfIt() throws Exception {
        var outbox = new ArrayList<String>();
        var spec = new ToolSpec(
                "send", "Sends.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
        SubtaskType<Guest, Receipt> inviting = SubtaskType.model(
                        "invite", Guest.class, Receipt.class, "Invite the guest.")
                .tools(Tool.raw(spec, (arguments, context) -> {
                            outbox.add("anne");
                            return "sent";
                        })
                        .writing(Tool.Effect.WRITES));
        model.on(inviting).calls(new ToolCall("1", "send", "{}")).refuses("enough for today");
        var graph = TaskGraph.builder();
        var invite = graph.answering(graph.add("invite", inviting, new Guest("anne")));
        try (var journal = FileJournal.open(folder.resolve("invite.journal"))) {
            Coordinator recorded = Coordinator.of(model.pools()).journal(journal);
            var failed = recorded.run(invite, Budget.usd("0.05"));
            assertThat(failed).outcome("invite").isFailedBecause(Failure.Kind.EFFECT_UNKNOWN);
            assertThat(recorded.run(invite, Budget.usd("0.05"))).isFailedBecause(RunFailure.Kind.ANSWER_MISSING);

            // region failures-effect
            UnknownEffect effect = UnknownEffect.of(journal, failed.report().runId(), "invite");
            if (outbox.contains("anne")) {
                effect.happened(inviting, new Receipt("anne")); // the next session takes this output
            } else {
                effect.didNotHappen(); // the next session performs the subtask again
            }
            // endregion

            assertThat(recorded.run(invite, Budget.usd("0.05"))).isCompleteWith(new Receipt("anne"));
        }
        assertThat(outbox).hasSize(1);
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void pool_thatFallsBack() throws InterruptedException {
        ModelClient client = (request, context) -> {
            throw new ModelException.ServerFailed("down", 503, ModelException.Charge.FREE, null);
        };
        ModelClient otherClient = (request, context) ->
                ModelReply.of(request.model(), "{\"holds\":true,\"why\":\"they do\"}", TokenUsage.of(1_000, 500));

        // region failures-fallback
        ModelPool backup = ModelPool.builder(otherClient, "gpt-5.4-mini").build();
        ModelPool pool = ModelPool.builder(client, "gpt-5.4-nano")
                .retryPolicy(RetryPolicy.standard().withMaxAttempts(2))
                .fallBackTo(backup)
                .coolDown(Duration.ofMinutes(1))
                .build();
        // endregion

        var answers = new ArrayList<String>();
        var coordinator = Coordinator.builder(ModelPools.of(pool))
                .listener(event -> {
                    if (event instanceof RunEvent.AttemptEnded ended
                            && ended.end() instanceof RunEvent.CallEnd.Replied replied) {
                        answers.addAll(replied.notes());
                    }
                })
                .build();

        RunResult<Verdict> result = coordinator.run(graph, Budget.usd("0.25"));

        assertThat(tell(result)).isEqualTo("they do");
        assertThat(answers)
                .containsExactly("answered by 'gpt-5.4-mini', pool 2 of the chain,"
                        + " because 'gpt-5.4-nano' failed: ServerFailed 503");
        assertThat(result.report().notes()).isEqualTo(answers);
    }

    @Test
    void table_listsEveryKindOfModelException() {
        String guide = Documents.text(Documents.ROOT.resolve("docs/failures.md"));

        for (Class<?> kind : ModelException.class.getPermittedSubclasses()) {
            assertThat(guide).contains("| `" + kind.getSimpleName() + "` |");
        }
    }

    @Test
    void table_saysWhatIsKnownOfTheMoneyAndWhetherARetryHelps() {
        List<ModelException> fixed = List.of(
                new ModelException.RateLimited("", null, RateLimits.UNKNOWN),
                new ModelException.Unreachable("", null),
                new ModelException.MalformedReply("", null),
                new ModelException.QuotaExhausted(""),
                new ModelException.AuthFailed(""),
                new ModelException.UnknownModel(""),
                new ModelException.ContextTooLong(""),
                new ModelException.InvalidRequest("", 400));
        String guide = Documents.text(Documents.ROOT.resolve("docs/failures.md"));

        assertThat(fixed)
                .allSatisfy(failure -> assertThat(guide)
                        .containsPattern("(?m)^\\| `%s` \\| .* \\| (?:if .*; else )?%s \\| %s \\|$"
                                .formatted(
                                        failure.getClass().getSimpleName(),
                                        reach(failure.reach()),
                                        failure.charge() == ModelException.Charge.FREE ? "released" : "forfeited")));
    }

    private static String reach(ModelException.Reach reach) {
        return switch (reach) {
            case ATTEMPT -> "retried";
            case SUBTASK, ENDPOINT -> "the subtask fails";
            case SUBTASK_OR_RUN -> "the subtask fails; ten in a row stop the pool";
            case RUN -> "the pool stops";
        };
    }

    @Test
    void tables_listEveryKindOfFailure() {
        String guide = Documents.text(Documents.ROOT.resolve("docs/failures.md"));

        assertThat(Arrays.stream(Failure.Kind.values()).map(kind -> "`" + kind + "`"))
                .allSatisfy(kind -> assertThat(guide).contains(kind));
        assertThat(Arrays.stream(RunFailure.Kind.values()).map(kind -> "`" + kind + "`"))
                .allSatisfy(kind -> assertThat(guide).contains(kind));
        assertThat(Arrays.stream(dev.cadre.task.Skip.Kind.values()).map(kind -> "`" + kind + "`"))
                .allSatisfy(kind -> assertThat(guide).contains(kind));
    }
}
