// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.forEach;
import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.ParallelLimit;
import dev.cadre.task.Retries;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.task.Worker;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plain code within the limits of its type: so many calls at once, so much time, so much money. */
@Timeout(60)
class CodeLimitsTest {
    record Topics(List<Topic> topics) {}

    private static final int ITEMS = 256;
    private static final int LIMIT = 8;

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator = Coordinator.of(model.pools());

    /**
     * What stands behind the code, such as a database: it counts those who are there, and lets nobody go before as many
     * are there as may be and many more have been started.
     */
    private static final class Backend implements Worker<Topic, Note>, RunListener {
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private final AtomicInteger calls = new AtomicInteger();
        private final CountDownLatch full = new CountDownLatch(LIMIT);
        private final CountDownLatch others = new CountDownLatch(4 * LIMIT);

        @Override
        public void on(RunEvent event) {
            if (event instanceof RunEvent.RungStarted) {
                others.countDown();
            }
        }

        @Override
        public Note perform(Topic topic, dev.cadre.task.WorkerContext context) throws Exception {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            calls.incrementAndGet();
            full.countDown();
            full.await();
            others.await();
            inside.decrementAndGet();
            return new Note(topic.name());
        }
    }

    private Coordinator watched(Backend backend) {
        return Coordinator.builder(model.pools()).listener(backend).build();
    }

    private static SubtaskType<Topic, Note> code(String name, Worker<Topic, Note> worker) {
        return SubtaskType.code(name, Topic.class, Note.class, worker);
    }

    private static List<Topic> topics(int count) {
        return IntStream.range(0, count)
                .mapToObj(each -> new Topic("topic-" + each))
                .toList();
    }

    private static TaskGraph<Items<Note>> fanOut(SubtaskType<Topic, Note> type, int items) {
        var graph = TaskGraph.builder();
        var list = graph.add(
                "list",
                SubtaskType.code("list", Topic.class, Topics.class, (topic, context) -> new Topics(topics(items))),
                new Topic("all"));
        return graph.answering(graph.add("notes", type, forEach(list, Topics::topics)));
    }

    @Test
    void fanOut_of256_isNeverMoreThanTheLimitAtATime() throws Exception {
        var backend = new Backend();

        var result = watched(backend)
                .run(fanOut(code("read", backend).parallel(ParallelLimit.of(LIMIT)), ITEMS), Budget.usd("0"));

        assertThat(result.requireComplete().values()).hasSize(ITEMS);
        assertThat(backend.calls).hasValue(ITEMS);
        assertThat(backend.most).hasValue(LIMIT);
    }

    @Test
    void typesThatShareALimit_areNeverMoreThanItTogether() throws Exception {
        var backend = new Backend();
        var limit = ParallelLimit.of(LIMIT);
        var graph = TaskGraph.builder();
        for (Topic topic : topics(40)) {
            graph.add("read-" + topic.name(), code("read", backend).parallel(limit), topic);
            graph.add(
                    "write-" + topic.name(),
                    code("write", backend).describedAs("writes").parallel(limit),
                    topic);
        }
        var last = graph.add("last", code("last", backend).parallel(limit), new Topic("last"));

        assertThat(watched(backend).run(graph.answering(last), Budget.usd("0")).requireComplete())
                .isEqualTo(new Note("last"));
        assertThat(backend.most).hasValue(LIMIT);
    }

    @Test
    void bulk_isNeverMoreThanTheLimitAtATime() throws Exception {
        var backend = new Backend();

        var summary = watched(backend)
                .bulk(code("read", backend).parallel(ParallelLimit.of(LIMIT)))
                .run(topics(ITEMS).stream(), Budget.usd("0"), item -> {});

        assertThat(summary.succeeded()).isEqualTo(ITEMS);
        assertThat(backend.most).hasValue(LIMIT);
    }

    @Test
    void callThatTakesTooLong_failsAlone_andGivesItsPlaceBack() throws Exception {
        var never = new Semaphore(0);
        var limit = ParallelLimit.of(1);
        var stuck = code("stuck", (topic, context) -> {
                    never.acquire();
                    return new Note("never");
                })
                .timeout(Duration.ofMillis(1));
        var graph = TaskGraph.builder();
        var lost = graph.add("lost", stuck.parallel(limit), new Topic("cats"));
        var read = graph.add(
                "read", code("read", (topic, context) -> new Note("read")).parallel(limit), new Topic("dogs"));

        RunResult<Note> result = coordinator.run(graph.answering(read), Budget.usd("0"));

        assertThat(result.outcome(lost))
                .isEqualTo(Outcome.failed(Failure.Kind.TIMED_OUT, "the code did not end within PT0.001S"));
        assertThat(result.outcome(read)).isEqualTo(new Outcome.Succeeded<>(new Note("read")));
        assertThat(result).leftNothingBehind();
    }

    // --- runs within runs

    /** Code that starts a run of its own and fails as that does. */
    private SubtaskType<Topic, Note> starting(TaskGraph<Note> inner, Coordinator coordinator) {
        return code(
                "outer",
                (topic, context) -> coordinator
                        .run(inner, Budget.usd("1").under(context.budget()))
                        .requireComplete());
    }

    private static TaskGraph<Note> only(SubtaskType<Topic, Note> type) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("only", type, new Topic("cats")));
    }

    private static final Budget SOON = Budget.usd("1").within(Duration.ofSeconds(5));
    private static final String REFUSED =
            "its call would wait for itself: the work that started its run holds a permit of"
                    + " the same ParallelLimit of 1; give the types within that run another limit";

    @Test
    void runWithinTheSameLimit_isRefusedAtOnce_andNamesTheLimit() throws Exception {
        var limit = ParallelLimit.of(1);
        var inner = only(code("inner", (topic, context) -> new Note("never")).parallel(limit));

        var result = coordinator.run(only(starting(inner, coordinator).parallel(limit)), SOON);

        assertThat(result.report().outcomes().get("only").reason())
                .contains(REFUSED)
                .doesNotContain("DEADLINE");
        assertThat(limit).hasToString("ParallelLimit[1 of 1 free]");
    }

    @Test
    void runWithinARunWithinTheSameLimit_isRefusedToo() throws Exception {
        var limit = ParallelLimit.of(1);
        var innermost = only(code("inner", (topic, context) -> new Note("never"))
                .timeout(Duration.ofSeconds(5))
                .parallel(limit));
        var between = only(starting(innermost, coordinator).timeout(Duration.ofSeconds(5)));

        var result = coordinator.run(only(starting(between, coordinator).parallel(limit)), SOON);

        assertThat(result.report().outcomes().get("only").reason()).contains(REFUSED);
    }

    @Test
    void runThatAToolStarts_withinTheSameLimit_isRefusedToo() throws Exception {
        var limit = ParallelLimit.of(1);
        var innermost =
                only(code("inner", (topic, context) -> new Note("never")).parallel(limit));
        var seen = new CopyOnWriteArrayList<String>();
        var tooled = SubtaskType.model("tooled", Topic.class, Note.class, "Use the tool.")
                .tools(Tool.raw(
                        new ToolSpec(
                                "run",
                                "Runs.",
                                "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}"),
                        (arguments, context) -> {
                            seen.add(coordinator
                                    .run(innermost, Budget.usd("1").under(context.budget()))
                                    .report()
                                    .outcomes()
                                    .get("only")
                                    .reason());
                            return "done";
                        }));
        model.on(tooled).calls(new ToolCall("1", "run", "{}")).replies(new Note("done"));

        var result = coordinator.run(only(starting(only(tooled), coordinator).parallel(limit)), SOON);

        assertThat(result.requireComplete()).isEqualTo(new Note("done"));
        assertThat(seen).singleElement().asString().contains(REFUSED);
    }

    @Test
    void bulkWithinTheSameLimit_isRefusedToo() throws Exception {
        var limit = ParallelLimit.of(1);
        var inner = code("inner", (topic, context) -> new Note("never")).parallel(limit);
        var seen = new CopyOnWriteArrayList<String>();
        var outer = code("outer", (topic, context) -> {
                    coordinator
                            .bulk(inner)
                            .run(
                                    topics(1).stream(),
                                    SOON,
                                    item -> seen.add(item.outcome().reason()));
                    return new Note("done");
                })
                .parallel(limit);

        assertThat(coordinator.run(only(outer), SOON).requireComplete()).isEqualTo(new Note("done"));
        assertThat(seen).singleElement().asString().contains(REFUSED);
    }

    @Test
    void runWithinAnotherLimit_isPerformed() throws Exception {
        var inner = only(code("inner", (topic, context) -> new Note("done")).parallel(ParallelLimit.of(1)));

        var result = coordinator.run(only(starting(inner, coordinator).parallel(ParallelLimit.of(1))), SOON);

        assertThat(result.requireComplete()).isEqualTo(new Note("done"));
    }

    @Test
    void runAfterACallThatHeldTheLimit_isPerformed_onTheSameThread() throws Exception {
        var limit = ParallelLimit.of(1);
        var type = code("read", (topic, context) -> new Note("read")).parallel(limit);
        var graph = TaskGraph.builder();
        var first = graph.add("first", type, new Topic("cats"));
        var second = graph.add("second", type, from(first, note -> new Topic(note.text())));

        assertThat(coordinator.run(graph.answering(second), SOON).requireComplete())
                .isEqualTo(new Note("read"));
    }

    @Test
    void runThatNeedsWhatItsStarterCosts_isShortOfMoneyAtOnce() throws Exception {
        var inner = only(code("inner", (topic, context) -> new Note("never")).costing(CALL));

        var result = coordinator.run(
                only(starting(inner, coordinator).costing(CALL)),
                Budget.usd("0.01").within(Duration.ofSeconds(5)));

        assertThat(result.report().outcomes().get("only").reason())
                .contains("BUDGET")
                .doesNotContain("DEADLINE");
        assertThat(result).spent("0.01").leftNothingBehind();
    }

    // --- money

    private static final Money CALL = Money.usd("0.01");

    private TaskGraph<Items<Note>> atLeastOne(SubtaskType<Topic, Note> type, int items) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("notes", type, forEach(topics(items)).minSuccess(1)));
    }

    @Test
    void budgetForThreeCalls_paysThreeOfFive_andSkipsTheOthersBeforeTheyAreMade() throws Exception {
        var calls = new AtomicInteger();
        var type = code("search", (topic, context) -> new Note("found " + calls.incrementAndGet()))
                .costing(CALL);

        var result = coordinator.run(atLeastOne(type, 5), Budget.usd("0.03"));

        assertThat(calls).hasValue(3);
        assertThat(result).spent("0.03").leftNothingBehind();
        assertThat(result.spend().attempts()).isEqualTo(3);
        assertThat(result.report().subtasks())
                .filteredOn(line -> line.id().contains("#"))
                .filteredOn(line -> line.status() == SubtaskReport.Status.SUCCEEDED)
                .hasSize(3)
                .allSatisfy(line -> assertThat(line.cost()).isEqualTo(CALL));
        assertThat(result.report().subtasks())
                .filteredOn(line -> line.id().contains("#"))
                .filteredOn(line -> line.status() == SubtaskReport.Status.SKIPPED)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.reason()).contains("BUDGET"));
    }

    @Test
    void bulk_paysThreeOfFive() throws Exception {
        var calls = new AtomicInteger();
        var type = code("search", (topic, context) -> new Note("found " + calls.incrementAndGet()))
                .costing(CALL);

        var summary = coordinator.bulk(type).run(topics(5).stream(), Budget.usd("0.03"), item -> {});

        assertThat(calls).hasValue(3);
        assertThat(summary.succeeded()).isEqualTo(3);
        assertThat(summary.spend().total()).isEqualTo(Money.usd("0.03"));
    }

    @Test
    void optionalCallThatCosts_goesWithout_soThatARequiredOneIsPaid() throws Exception {
        var graph = TaskGraph.builder();
        SubtaskType<Topic, Note> type = code("search", (topic, context) -> new Note(topic.name()));
        var extra = graph.add("extra", type.costing(CALL), new Topic("cats"));
        var needed = graph.add("needed", type.costing(CALL), new Topic("dogs"));
        graph.optional(extra);

        RunResult<Note> result = coordinator.run(graph.answering(needed), Budget.usd("0.01"));

        assertThat(result.outcome(needed).isSucceeded()).isTrue();
        assertThat(result.outcome(extra))
                .isInstanceOfSatisfying(
                        Outcome.Skipped.class,
                        skipped -> assertThat(skipped.reason()).contains("BUDGET"));
    }

    @Test
    void estimate_countsCalls_andRetriesAtWorst() {
        var type = code("search", (topic, context) -> new Note("found"))
                .costing(CALL)
                .spendingUpTo(Money.ZERO)
                .retries(Retries.of(2, IOException.class));

        var estimate = coordinator.preview(atLeastOne(type, 5), Budget.usd("1"));

        assertThat(estimate.low()).isEqualTo(CALL.times(5));
        assertThat(estimate.expected()).isEqualTo(CALL.times(5));
        assertThat(estimate.worst()).isEqualTo(CALL.times(15));
    }

    @Test
    void callOfUnknownFate_countsAsPaidInTheNextSession(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("run.journal");
        var type = code("search", (topic, context) -> new Note("found")).costing(CALL);
        var graph = TaskGraph.builder();
        var found = graph.answering(graph.add("found", type, new Topic("cats")));
        try (var journal = FileJournal.open(file)) {
            // the process dies when the call has been made and before that is on record
            coordinator
                    .journal(CrashingJournal.atFirst(JournalEntry.Settled.class, journal))
                    .run(found, Budget.usd("0.02"));
        }

        RunResult<Note> second;
        try (var journal = FileJournal.open(file)) {
            second = coordinator.journal(journal).run(found, Budget.usd("0.02"));
        }

        assertThat(second.requireComplete()).isEqualTo(new Note("found"));
        assertThat(second.sessionSpend().total()).isEqualTo(CALL);
        assertThat(second.spend().settled()).isEqualTo(CALL);
        assertThat(second.spend().forfeited()).isEqualTo(CALL);
    }
}
