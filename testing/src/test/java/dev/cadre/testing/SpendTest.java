// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.NOTE_USD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.Input;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a result says was spent: in all sessions, in this one, and by runs within the run. */
class SpendTest {
    private static final Money CALL = Money.usd(NOTE_USD);

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator = Coordinator.of(model.pools());

    @TempDir
    Path folder;

    private static TaskGraph<Note> two() {
        var graph = TaskGraph.builder();
        graph.add("cats", NOTE, new Topic("cats"));
        return graph.answering(graph.add("dogs", NOTE, new Topic("dogs")));
    }

    private RunResult<Note> session(TaskGraph<Note> graph) throws InterruptedException {
        try (var journal = FileJournal.open(folder.resolve("run.journal"))) {
            return coordinator.journal(journal).run(graph, Budget.usd("0.05"));
        }
    }

    @Test
    void resumedRun_tellsWhatAllSessionsSpent_andWhatThisOneDid() throws Exception {
        model.on(NOTE, new Topic("cats")).costing(1_000, 400).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs"))
                .fails(() -> new ModelException.InvalidRequest("not now", 400))
                .costing(1_000, 400)
                .replies(new Note("They bark."));

        RunResult<Note> first = session(two());
        RunResult<Note> second = session(two());
        RunResult<Note> third = session(two());

        assertThat(first.spend().total()).isEqualTo(CALL);
        assertThat(first.sessionSpend()).isEqualTo(first.spend());
        assertThat(second.requireComplete()).isEqualTo(new Note("They bark."));
        assertThat(second.spend().total()).isEqualTo(CALL.times(2));
        assertThat(second.sessionSpend().total()).isEqualTo(CALL);
        assertThat(second.sessionSpend().attempts()).isEqualTo(1);
        assertThat(third.spend()).isEqualTo(second.spend());
        assertThat(third.sessionSpend().total()).isEqualTo(Money.ZERO);
    }

    /** A worker that asks for two notes by a run of its own. */
    private SubtaskType<Topic, Note> delegating() {
        return SubtaskType.code(
                "delegate",
                Topic.class,
                Note.class,
                (topic, context) -> coordinator
                        .run(two(), Budget.usd("0.02").under(context.budget()))
                        .requireComplete());
    }

    private TaskGraph<Note> nesting() {
        var graph = TaskGraph.builder();
        graph.add("own", NOTE, new Topic("cats"));
        return graph.answering(graph.add("nested", delegating(), new Topic("all")));
    }

    @Test
    void runWithinARun_isPaidByIt_andSeenInItsResult() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They are loud."));
        var events = new ArrayList<RunEvent>();

        RunResult<Note> result =
                Coordinator.builder(model.pools()).listener(events::add).build().run(nesting(), Budget.usd("0.05"));

        assertThat(result.requireComplete()).isEqualTo(new Note("They are loud."));
        assertThat(result).spent("0.0021").leftNothingBehind();
        assertThat(result.report().subtasks())
                .extracting(SubtaskReport::id, subtask -> subtask.spend().total())
                .containsExactly(tuple("own", CALL), tuple("nested", CALL.times(2)));
        assertThat(events)
                .filteredOn(RunEvent.CodeSpent.class::isInstance)
                .singleElement()
                .satisfies(event ->
                        assertThat(((RunEvent.CodeSpent) event).spend().total()).isEqualTo(CALL.times(2)));
    }

    private TaskGraph<Note> nesting(SubtaskType<Topic, Note> type) {
        var graph = TaskGraph.builder();
        graph.add("own", NOTE, new Topic("cats"));
        return graph.answering(graph.add("nested", type, new Topic("all")));
    }

    @Test
    void runWithinARun_declared_isCountedByTheEstimate() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They are loud."));
        var graph = nesting(delegating().spendingUpTo(Money.usd("0.02")));
        var outer = Coordinator.of(model.pools());

        CostEstimate estimate = outer.preview(graph, Budget.usd("1"));

        CostEstimate.Line line = estimate.subtasks().get(1);
        assertThat(line.cost()).isEqualTo(new CostRange(Money.ZERO, Money.usd("0.02"), Money.usd("0.02")));
        assertThat(line.maySpendMore()).isFalse();
        assertThat(estimate.worst()).isLessThan(Money.usd("1"));
        assertThat(outer.run(graph, Budget.usd("1")).spend().total()).isBetween(estimate.low(), estimate.worst());
    }

    @Test
    void runWithinARun_thatNobodyDeclared_isNotInTheEstimate_whichSaysSo() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They are loud."));
        var graph = nesting(delegating());
        var outer = Coordinator.of(model.pools());

        CostEstimate estimate = outer.preview(graph, Budget.usd("1"));

        assertThat(estimate.maySpendMore()).isTrue();
        assertThat(estimate.subtasks())
                .extracting(CostEstimate.Line::maySpendMore)
                .containsExactly(false, true);
        assertThat(estimate.subtasks().get(1)).asString().endsWith(", without what its code spends by itself");
        assertThat(estimate.subtasks().get(1).cost()).isEqualTo(CostRange.FREE);
    }

    @Test
    void runWithinARun_spendsNoMoreThanItsTypeDeclares() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They are loud."));

        var result = Coordinator.of(model.pools()).run(nesting(delegating().spendingUpTo(CALL)), Budget.usd("1"));

        assertThat(result.report().outcome("nested").reason()).contains("free are $0.0007");
        assertThat(result).spent("0.0007").leftNothingBehind();
    }

    @Test
    void runWithinARun_isBoundedByTheMoneyOfTheOuterOne() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They are loud."));
        var graph = TaskGraph.builder();
        var nested = graph.add("nested", delegating(), new Topic("all"));

        RunResult<Note> result = coordinator.run(graph.answering(nested), Budget.usd("0.001"));

        assertThat(Crew.failed(result).cause().message()).contains("nested");
        assertThat(result).spent("0");
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void runWithinARun_countsInTheNextSessionOfTheOuterOne() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They are loud."));

        RunResult<Note> first = session(nesting());
        RunResult<Note> second = session(nesting());

        assertThat(first).spent("0.0021");
        assertThat(second).spent("0.0021");
        assertThat(second.sessionSpend().total()).isEqualTo(Money.ZERO);
        var ends = new ArrayList<String>();
        var costs = new ArrayList<Money>();
        FileJournal.read(folder.resolve("run.journal"), line -> {
            if (line.entry() instanceof JournalEntry.Settled settled) {
                ends.add(settled.end());
            }
            if (line.entry() instanceof JournalEntry.Ended ended) {
                costs.add(ended.spend().total());
            }
        });
        assertThat(ends).containsExactlyInAnyOrder("complete", "code", "code");
        assertThat(costs).containsExactlyInAnyOrder(CALL, CALL.times(2));
    }

    @Test
    void runWithinAnItemOfABulk_isPaidByThatItem() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("They are loud."));
        var costs = new ArrayList<Money>();

        coordinator
                .bulk(delegating())
                .run(
                        Stream.of(new Topic("all")),
                        Budget.usd("0.05"),
                        item -> costs.add(item.spend().total()));

        assertThat(costs).containsExactly(CALL.times(2));
    }

    /** A crash at any of these moments would leave no less on record. */
    @Test
    void runWithinARun_isOnRecordOfTheOuterOne_beforeEachCallIsSent_andWhileItGoesOn() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("run.journal"))) {
            var outer = new AtomicReference<>("");
            var openWhileInFlight = new ArrayList<Integer>();
            model.on(NOTE).costing(1_000, 400).answers(call -> {
                openWhileInFlight.add(journal.openIntents(outer.get()).size());
                return new Note("They are loud.");
            });
            var spentSoFar = new ArrayList<Money>();
            var delegate = SubtaskType.code("delegate", Topic.class, Note.class, (topic, context) -> {
                outer.set(context.runId());
                Note note = coordinator
                        .run(one(), Budget.usd("0.02").under(context.budget()))
                        .requireComplete();
                spentSoFar.add(journal.spent(context.runId()).total());
                return note;
            });
            var graph = TaskGraph.builder();
            var nested = graph.add("nested", delegate, new Topic("all"));

            RunResult<Note> result = coordinator.journal(journal).run(graph.answering(nested), Budget.usd("0.05"));

            assertThat(result).spent(NOTE_USD);
            assertThat(openWhileInFlight).containsExactly(1);
            assertThat(spentSoFar)
                    .singleElement()
                    .satisfies(spent -> assertThat(spent).isGreaterThanOrEqualTo(CALL));
            assertThat(journal.spent(outer.get()).total()).isEqualTo(CALL);
            assertThat(journal.openIntents(outer.get())).isEmpty();
        }
    }

    private static TaskGraph<Note> one() {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("cats", NOTE, new Topic("cats")));
    }

    /** A server that says each reply is the flagship's. */
    private static ModelPool.Builder answeredByTheFlagship() {
        return ModelPool.builder(
                (request, context) ->
                        ModelReply.of("gpt-5.4-2026-03-05", "{\"text\":\"good\"}", TokenUsage.of(100, 100)),
                "gpt-5.4-nano");
    }

    private static TaskGraph<Note> chain() {
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        return graph.answering(graph.add("dogs", NOTE, Input.from(cats, note -> new Topic("dogs"))));
    }

    @Test
    void catalogPool_answeredByADearerModel_stops_andTheResultSaysSo() throws Exception {
        var pools = ModelPools.of(answeredByTheFlagship().build());

        RunResult<Note> result = Coordinator.of(pools).run(chain(), Budget.usd("0.05"));

        RunResult.Failed<Note> failed = Crew.failed(result);
        assertThat(failed.cause().cause()).containsInstanceOf(ModelException.DearerModel.class);
        assertThat(result.report().breaches())
                .containsExactly(new BillingBreach("gpt-5.4-nano", "gpt-5.4-2026-03-05", Money.ZERO));
        assertThat(result.outcome(chainRef())).isEqualTo(new Outcome.Succeeded<>(new Note("good")));
        assertThat(result).spent("0.00175"); // the price of the flagship
    }

    private static SubtaskRef<Note> chainRef() {
        return TaskGraph.builder().add("cats", NOTE, new Topic("cats"));
    }

    @Test
    void explicitPrice_holdsWhateverModelAnswers() throws Exception {
        var own = answeredByTheFlagship().price(Price.perMillionTokens("0.20", "0.02", "1.25"));

        RunResult<Note> result = Coordinator.of(ModelPools.of(own.build())).run(chain(), Budget.usd("0.006"));

        assertThat(result.requireComplete()).isEqualTo(new Note("good"));
        assertThat(result.report().breaches()).isEmpty();
        assertThat(result).spent("0.00029");
    }
}
