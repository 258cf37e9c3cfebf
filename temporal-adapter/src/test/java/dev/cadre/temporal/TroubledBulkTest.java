// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.BulkSummary.Stop;
import dev.cadre.event.RunEvent;
import dev.cadre.model.ModelException;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.testing.EventLog;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bulk runs on Temporal that lose time, the wish to go on, or whoever feeds them. */
@Timeout(60)
class TroubledBulkTest {
    private static final Money ONE_CALL = Money.usd("0.000045");
    private static final Budget DOLLAR = Budget.usd("1.00");

    private final ScriptedModel model = new ScriptedModel();
    private final Gate gate = new Gate();
    private final Cluster cluster = new Cluster();
    private final List<BulkItem<Note>> items = new ArrayList<>();

    @AfterEach
    void close() {
        gate.open();
        cluster.close();
    }

    private TemporalBulk<Topic, Note> bulk() {
        cluster.start(cluster.worker(Coordinator.of(model.pools())).heartbeat(Duration.ofSeconds(1)));
        return notes();
    }

    private TemporalBulk<Topic, Note> notes() {
        return cluster.runs().bulk(Graphs.NOTE).keyedBy(Topic::name);
    }

    private static Stream<Topic> topics(int count) {
        return IntStream.range(0, count).mapToObj(number -> new Topic("topic " + number));
    }

    @Test
    void progress_countsItemsAndMoney() throws Exception {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        model.on(Graphs.NOTE, new Topic("topic 3")).holdUntil(gate).replies(new Note("a fact"));
        var run = new FutureTask<>(() -> bulk().run("held", topics(10), DOLLAR, items::add));
        Thread.ofVirtual().start(run);
        assertThat(model.awaitCalls(10)).isTrue();

        RunProgress under = notes().attach("held").progress();
        assertThat(under.state()).isEqualTo("RUNNING");
        assertThat(under.subtasks().admitted()).isEqualTo(10);
        assertThat(under.money().reserved()).isGreaterThan(Money.ZERO);
        gate.open();
        run.get();

        RunProgress over = notes().attach("held").progress();
        assertThat(over.state()).isEqualTo("COMPLETE");
        assertThat(over.subtasks()).isEqualTo(new RunProgress.Subtasks(10, 10, 0, 0));
        assertThat(over.money())
                .isEqualTo(new RunProgress.Spending(ONE_CALL.times(10), Money.ZERO, Money.ZERO, Money.usd("1.00")));
    }

    @Test
    void cancel_interruptsWhatIsUnderWayAndKeepsWhatIsDone() throws Exception {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        model.on(Graphs.NOTE, new Topic("topic 3")).holdUntil(gate).replies(new Note("never"));
        var handed = new CountDownLatch(9);
        var run = new FutureTask<>(() -> bulk().run("cancelled", topics(10), DOLLAR, item -> {
            items.add(item);
            handed.countDown();
        }));
        Thread.ofVirtual().start(run);
        assertThat(handed.await(30, TimeUnit.SECONDS)).isTrue();
        notes().attach("cancelled").cancel();

        BulkSummary summary = run.get();

        assertThat(summary.stop()).isEqualTo(Stop.CANCELLED);
        assertThat(summary.succeeded()).isEqualTo(9);
        assertThat(summary.failed()).isEqualTo(1);
        assertThat(summary.spend().settled()).isEqualTo(ONE_CALL.times(9));
    }

    @Test
    void interrupt_cancelsTheRun() throws Exception {
        model.on(Graphs.NOTE).holdUntil(gate).replies(new Note("never"));
        var run = new FutureTask<>(() -> bulk().run("interrupted", topics(3), DOLLAR, items::add));
        Thread caller = Thread.ofVirtual().start(run);
        assertThat(model.awaitCalls(3)).isTrue();
        caller.interrupt();

        assertThatThrownBy(run::get).hasCauseInstanceOf(InterruptedException.class);
        BulkSummary summary = notes().attach("interrupted").result(items::add);
        assertThat(summary.stop()).isEqualTo(Stop.CANCELLED);
        assertThat(items).hasSize(3);
    }

    @Test
    void deadline_endsTheRun() throws InterruptedException {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        model.on(Graphs.NOTE, new Topic("topic 3")).holdUntil(gate).replies(new Note("never"));

        BulkSummary summary = bulk().run(topics(10), Budget.usd("1.00").within(Duration.ofSeconds(4)), items::add);

        assertThat(summary.stop()).isEqualTo(Stop.DEADLINE);
        assertThat(summary.succeeded()).isEqualTo(9);
        assertThat(items.stream().filter(item -> item.index() == 3))
                .singleElement()
                .matches(item -> item.outcome().toString().startsWith("Failed[DEADLINE"));
    }

    @Test
    void badKey_endsTheRunWithTheReason() throws InterruptedException {
        model.on(Graphs.NOTE).fails(() -> new ModelException.AuthFailed("the key is wrong"));

        BulkSummary summary = bulk().parallel(1).run(topics(50), DOLLAR, items::add);

        assertThat(summary.stop()).isEqualTo(Stop.PAUSED);
        assertThat(summary.pause().orElseThrow().because()).isInstanceOf(ModelException.AuthFailed.class);
        assertThat(summary.pause().orElseThrow().message()).contains("the key is wrong");
        assertThat(items).hasSize(Math.toIntExact(summary.items()));
        assertThat(model.calls()).hasSize(1);
    }

    /** The stream yields a second input only when it has seen the first result. */
    @Test
    void stream_thatWaitsForAResult_goesOn() throws InterruptedException {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        var seen = new CountDownLatch(1);
        var waiting = new Iterator<Topic>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < 2;
            }

            @Override
            public Topic next() {
                try {
                    assertThat(next == 0 || seen.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException cancel) {
                    throw new IllegalStateException(cancel);
                }
                return new Topic("topic " + next++);
            }
        };

        BulkSummary summary = bulk().run(
                        Stream.generate(() -> 0)
                                .takeWhile(any -> waiting.hasNext())
                                .map(any -> waiting.next()),
                        DOLLAR,
                        item -> {
                            items.add(item);
                            seen.countDown();
                        });

        assertThat(summary.succeeded()).isEqualTo(2);
    }

    @Test
    void stream_thatNeverEnds_isPulledABoundedNumberAhead() throws Exception {
        model.on(Graphs.NOTE).holdUntil(gate).replies(new Note("a fact"));
        var pulled = new AtomicInteger();
        TemporalBulk<Topic, Note> notes = bulk().parallel(2);
        var run = new FutureTask<>(() -> notes.run(
                "endless", Stream.generate(() -> new Topic("topic " + pulled.getAndIncrement())), DOLLAR, items::add));
        Thread.ofVirtual().start(run);
        assertThat(model.awaitInFlight(2)).isTrue();
        notes.attach("endless").cancel();

        BulkSummary summary = run.get();

        assertThat(summary.stop()).isEqualTo(Stop.CANCELLED);
        // twice what is under way at once, 100 more, and what was pulled for items that the cancel handed over
        assertThat(pulled).hasValueLessThanOrEqualTo(2 * (2 * 2 + 100));
        assertThat(items).hasSize(pulled.get());
    }

    @Test
    void stream_thatThrows_throwsWhenTheOthersWereHandedOver() {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        Stream<Topic> broken = Stream.concat(topics(5), Stream.of(1).map(any -> {
            throw new IllegalStateException("no more");
        }));

        assertThatThrownBy(() -> bulk().run("broken", broken, DOLLAR, items::add))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no more");
        assertThat(items).hasSize(5);
        assertThat(notes().attach("broken").progress().state()).isEqualTo("COMPLETE");
    }

    @Test
    void twoInputsOfOneKey_areRefused() {
        model.on(Graphs.NOTE).replies(new Note("a fact"));

        assertThatThrownBy(() -> bulk().run(Stream.concat(topics(3), topics(1)), DOLLAR, items::add))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two inputs share the key 'topic 0'");
        assertThat(items).hasSize(3);
    }

    /** By then all others have ended: the test server stands still if one does at the moment of the cancel. */
    @Test
    void consumer_thatThrows_cancelsTheRun() throws InterruptedException {
        var seen = new AtomicInteger();
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        model.on(Graphs.NOTE, new Topic("topic 3")).holdUntil(gate).replies(new Note("never"));

        assertThatThrownBy(() -> bulk().run("thrown", topics(10), DOLLAR, item -> {
                    if (seen.incrementAndGet() == 9) {
                        throw new IllegalStateException("full");
                    }
                }))
                .hasMessage("full");

        assertThat(notes().attach("thrown").result(items::add).stop()).isEqualTo(Stop.CANCELLED);
        assertThat(items).hasSize(10);
    }

    /** The first caller is gone; the second one sends what is missing, and is handed over everything. */
    @Test
    void run_ofTheSameId_goesOnWithoutPayingAgain() throws Exception {
        model.on(Graphs.NOTE).replies(new Note("a fact"));
        var never = new CountDownLatch(1);
        TemporalBulk<Topic, Note> notes = bulk().parallel(4).historyItems(10);
        var first = new FutureTask<>(() -> notes.run(
                "resumed",
                topics(60).peek(topic -> {
                    if (topic.name().equals("topic 40")) {
                        await(never);
                    }
                }),
                DOLLAR,
                items::add));
        Thread.ofPlatform().daemon().start(first);
        assertThat(model.awaitCalls(40)).isTrue();
        var all = new ArrayList<BulkItem<Note>>();

        BulkSummary summary = notes.run("resumed", topics(60), DOLLAR, all::add);

        assertThat(summary.succeeded()).isEqualTo(60);
        assertThat(all.stream().map(BulkItem::index).sorted())
                .containsExactlyElementsOf(
                        IntStream.range(0, 60).mapToObj(Long::valueOf).toList());
        assertThat(model.calls()).hasSize(60);
        assertThat(summary.spend().settled()).isEqualTo(ONE_CALL.times(60));
        assertThat(first.get(30, TimeUnit.SECONDS).succeeded()).isEqualTo(60); // it is told, too
        var again = new ArrayList<BulkItem<Note>>();
        assertThat(notes.run("resumed", topics(60), DOLLAR, again::add).succeeded())
                .isEqualTo(60);
        assertThat(again).isEqualTo(all);
        assertThat(model.calls()).hasSize(60);
        never.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    /** A worker that is shut down gives its items back; another one performs them. */
    @Test
    void worker_thatLeaves_givesItsItemsBack() throws Exception {
        model.on(Graphs.NOTE).holdUntil(gate).replies(new Note("never"));
        cluster.start(cluster.worker(Coordinator.of(model.pools())).tiers().withoutCode());
        TemporalWorker leaving =
                cluster.start(cluster.worker(Coordinator.of(model.pools())).withoutDecisions());
        var run = new FutureTask<>(() -> notes().run(topics(5), DOLLAR, items::add));
        Thread.ofVirtual().start(run);
        assertThat(model.awaitInFlight(5)).isTrue();
        leaving.close();
        var other = new ScriptedModel();
        other.on(Graphs.NOTE).replies(new Note("a fact"));
        cluster.start(cluster.worker(Coordinator.of(other.pools())).withoutDecisions());

        BulkSummary summary = run.get();

        assertThat(summary.succeeded()).isEqualTo(5);
        assertThat(other.calls()).hasSize(5);
    }

    @Test
    void listeners_hearEachEventOnce() throws InterruptedException {
        var events = new EventLog();
        model.on(Graphs.NOTE).replies(new Note("they purr"));
        cluster.start(cluster.worker(
                Coordinator.builder(model.pools()).listener(events).build()));
        notes().historyItems(1).run(topics(1), DOLLAR, items::add);

        assertThat(events.events().stream().map(RunEvent::getClass).map(Class::getSimpleName))
                .containsExactlyInAnyOrder(
                        "RunStarted",
                        "SubtaskAdmitted",
                        "RungStarted",
                        "AttemptStarted",
                        "AttemptEnded",
                        "RungEnded",
                        "SubtaskEnded",
                        "RunEnded");
    }

    @Test
    void budget_ofThisProcess_isRefused() {
        try (var outer = Budget.usd("1.00").open()) {
            assertThatThrownBy(() -> notes().run(topics(1), Budget.usd("0.10").under(outer), items::add))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot be paid by a budget of this process");
        }
    }

    @Test
    void type_thatIsRegisteredTwice_isRefused() {
        SubtaskType<Topic, Note> same = SubtaskType.model("note", Topic.class, Note.class, "Another one.");
        TemporalWorker.Builder worker = cluster.worker(Coordinator.of(model.pools()));
        assertThatThrownBy(() -> worker.bulks(same))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a bulk of subtask type 'note' is registered already");
    }
}
