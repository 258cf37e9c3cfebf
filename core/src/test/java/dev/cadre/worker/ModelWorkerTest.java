// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static dev.cadre.worker.RungScript.ECHO;
import static dev.cadre.worker.RungScript.NOTE;
import static dev.cadre.worker.RungScript.NOTE_JSON;
import static dev.cadre.worker.RungScript.echo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.Quote;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.Limits.ToolLimits;
import dev.cadre.task.OuterRun;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.worker.RungScript.Note;
import dev.cadre.worker.RungScript.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ModelWorkerTest {
    private static final Price PRICE = Price.perMillionTokens("0.20", "0.02", "1.25");
    /** 1,000 input and 100 output tokens. */
    private static final Money ONE_CALL = Money.usd("0.000325");

    private static final Topic CATS = new Topic("cats");
    private static final SubtaskType<Topic, Note> CODE =
            SubtaskType.code("code", Topic.class, Note.class, (topic, context) -> new Note(""));

    /** A long list whose items each fit the last of many branches. */
    private static final String SLOW_SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"anyOf\":["
                    + IntStream.range(0, 500)
                            .mapToObj(i ->
                                    "{\"type\":\"object\",\"properties\":{\"n\":{\"const\":%d}},\"required\":[\"n\"],\"additionalProperties\":false}"
                                            .formatted(i))
                            .collect(Collectors.joining(","))
                    + "]}}},\"required\":[\"a\"],\"additionalProperties\":false}";

    private static final String SLOW_ANSWER = "{\"a\":[" + "{\"n\":499},".repeat(4_000) + "null]}";

    private final QueueClient client = new QueueClient();
    private final ModelPools pools = ModelPools.builder()
            .nano(ModelPool.builder(client, "nano-model").price(PRICE).build())
            .build();
    private final SubtaskWorker worker = SubtaskWorker.of(pools);
    private final BudgetGuard budget = Budget.usd("1.00").open();
    private final List<AttemptEvent> attempts = new ArrayList<>();
    private final List<RungNotice> notices = new ArrayList<>();
    private final LeavingThreads threads = new LeavingThreads();
    /** Whether the run has interrupted its rung. */
    private final AtomicBoolean cancelled = new AtomicBoolean();

    @Test
    void acceptedAnswer_isPaidFromTheBudgetAndTold() throws InterruptedException {
        client.replies(NOTE_JSON);

        RungEnd end = worker.perform(task(NOTE), terms(Limits.DEFAULT));

        assertThat(end).isEqualTo(new RungEnd.Accepted(new Note("They purr.")));
        assertThat(budget.state().spent()).isEqualTo(ONE_CALL);
        assertThat(attempts).hasExactlyElementsOfTypes(AttemptEvent.Started.class, AttemptEvent.Replied.class);
    }

    @Test
    void answer_whoseCheckIsInterrupted_isCancelledAndNotRefused() throws InterruptedException {
        var type = SubtaskType.json("label", SLOW_SCHEMA, "Label it.");
        client.replies("not JSON").then((request, context) -> {
            Thread.currentThread().interrupt();
            return QueueClient.reply(request, SLOW_ANSWER, Finish.COMPLETE);
        });

        assertThatThrownBy(
                        () -> worker.perform(RungTask.first(type, Json.obj(), "s1", Tier.NANO), terms(Limits.DEFAULT)))
                .isInstanceOf(InterruptedException.class);

        assertThat(budget.state().spent()).isEqualTo(ONE_CALL.times(2));
    }

    @Test
    @Tag("slow")
    void answer_thatIsTooSlowToCheck_isAnInvalidOutputOfTheSubtask() throws InterruptedException {
        var type = SubtaskType.json("label", SLOW_SCHEMA, "Label it.");
        client.replies(SLOW_ANSWER).replies(SLOW_ANSWER);

        RungEnd end = worker.perform(RungTask.first(type, Json.obj(), "s1", Tier.NANO), terms(Limits.DEFAULT));

        assertThat(end).isInstanceOfSatisfying(RungEnd.Rejected.class, rejected -> {
            assertThat(rejected.failure().kind()).isEqualTo(Failure.Kind.INVALID_OUTPUT);
            assertThat(rejected.failure().message())
                    .startsWith("$: it takes more than ")
                    .endsWith(" steps to check");
        });
    }

    @Test
    void calls_sayWhatTheyAreFor() throws InterruptedException {
        client.replies("not JSON").replies(NOTE_JSON);

        worker.perform(task(NOTE), terms(Limits.DEFAULT));

        assertThat(client.purposes).containsExactly(purpose(CallPurpose.Kind.WORK), purpose(CallPurpose.Kind.REPAIR));
    }

    @Test
    void firstCall_beyondTheBudget_isNeverSent() throws InterruptedException {
        RungEnd end = worker.perform(task(NOTE), terms(Budget.usd("0.000001").open(), Limits.DEFAULT, later()));

        assertThat(end)
                .isEqualTo(new RungEnd.Unaffordable(
                        worker.firstCall(task(NOTE), Limits.DEFAULT).orElseThrow()));
        assertThat(client.requests).isEmpty();
    }

    @Test
    void laterCall_beyondTheBudget_failsTheRung() throws InterruptedException {
        client.replies("not JSON");
        Money first = worker.firstCall(task(NOTE), Limits.DEFAULT).orElseThrow();

        RungEnd end = worker.perform(task(NOTE), terms(Budget.of(first).open(), Limits.DEFAULT, later()));

        assertThat(failure(end).kind()).isEqualTo(Failure.Kind.BUDGET);
        assertThat(client.requests).hasSize(1);
    }

    @Test
    void failedCall_isKeptAsTheCause() throws InterruptedException {
        var cause = new ModelException.ContextTooLong("200000 tokens are too many");
        client.then((request, context) -> {
            throw cause;
        });

        RungEnd end = worker.perform(task(NOTE), terms(Limits.DEFAULT));

        assertThat(failure(end)).isEqualTo(new Failure(Failure.Kind.MODEL_FAILED, "200000 tokens are too many"));
        assertThat(((RungEnd.Failed) end).cause()).containsSame(cause);
    }

    @Test
    void brokenClient_failsTheRung() throws InterruptedException {
        client.then((request, context) -> {
            throw new StackOverflowError();
        });

        assertThat(failure(worker.perform(task(NOTE), terms(Limits.DEFAULT))))
                .isEqualTo(new Failure(
                        Failure.Kind.MODEL_FAILED, "StackOverflowError, thrown by the client of model 'nano-model'"));
    }

    @Test
    void stoppedPool_refusesTheRungWithWhatStoppedIt() throws InterruptedException {
        var cause = new ModelException.AuthFailed("bad key");
        client.then((request, context) -> {
            throw cause;
        });
        worker.perform(task(NOTE), terms(Limits.DEFAULT));

        RungEnd end = worker.perform(task(NOTE), terms(Limits.DEFAULT));

        assertThat(end).isInstanceOfSatisfying(RungEnd.Refused.class, refused -> {
            assertThat(refused.because()).isSameAs(cause);
            assertThat(refused.skip().kind()).isEqualTo(Skip.Kind.PAUSED);
            assertThat(refused.skip().message()).endsWith("refused: the pool has stopped: bad key");
        });
        assertThat(client.requests).hasSize(1);
    }

    @Test
    void closedBudget_refusesTheRung() throws InterruptedException {
        budget.close();

        RungEnd end = worker.perform(task(NOTE), terms(Limits.DEFAULT));

        assertThat(end)
                .isInstanceOfSatisfying(
                        RungEnd.Refused.class,
                        refused -> assertThat(refused.skip().kind()).isEqualTo(Skip.Kind.BUDGET));
    }

    @Test
    void deadlineInThePast_sendsNothing() throws InterruptedException {
        RungEnd end = worker.perform(task(NOTE), terms(budget, Limits.DEFAULT, System.nanoTime() - 1));

        assertThat(((RungEnd.Refused) end).skip().kind()).isEqualTo(Skip.Kind.DEADLINE);
        assertThat(client.requests).isEmpty();
    }

    @Test
    void deadlineThatPassesDuringACall_runsNoTools() throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMillis(500).toNanos();
        client.then((request, context) -> {
            new CountDownLatch(1).await(deadline - System.nanoTime() + 1, TimeUnit.NANOSECONDS);
            return QueueClient.reply(request, "", Finish.TOOL_CALLS, echo("c1", "a"));
        });
        var ran = new CountDownLatch(1);

        RungEnd end = worker.perform(
                task(NOTE.tools(tool("echo", Tool.Effect.READS, () -> ran.countDown()))),
                terms(budget, Limits.DEFAULT, deadline));

        assertThat(failure(end))
                .isEqualTo(new Failure(Failure.Kind.DEADLINE, "the deadline passed before its tools could run"));
        assertThat(ran.getCount()).isEqualTo(1);
    }

    @Test
    void inputOfAnotherType_failsBeforeAnyCall() throws InterruptedException {
        RungEnd end = worker.perform(RungTask.first(NOTE, 7, "s1", Tier.NANO), terms(Limits.DEFAULT));

        assertThat(failure(end).kind()).isEqualTo(Failure.Kind.INVALID_INPUT);
        assertThat(client.requests).isEmpty();
    }

    @Test
    void unboundTier_isRefused() {
        assertThatThrownBy(() -> worker.perform(
                        RungTask.first(NOTE, new Topic("cats"), "s1", Tier.FLAGSHIP), terms(Limits.DEFAULT)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("FLAGSHIP");
    }

    @Test
    void toolsOfOneTurn_runAtTheSameTime() throws InterruptedException {
        client.asksFor(new ToolCall("c1", "left", "{}"), new ToolCall("c2", "right", "{}"))
                .replies(NOTE_JSON);
        var both = new CountDownLatch(2);
        Action meet = () -> {
            both.countDown();
            both.await();
        };

        RungEnd end = worker.perform(
                task(NOTE.tools(tool("left", Tool.Effect.READS, meet), tool("right", Tool.Effect.READS, meet))),
                terms(Limits.DEFAULT));

        assertThat(end).isEqualTo(new RungEnd.Accepted(new Note("They purr.")));
        assertThat(toolResults())
                .containsExactly(new Turn.ToolResult("c1", "left done"), new Turn.ToolResult("c2", "right done"));
    }

    @Test
    void typedTool_isCalledWithItsArguments() throws InterruptedException {
        client.asksFor(echo("c1", "meow"), new ToolCall("c2", "echo", "{\"word\":7}"))
                .replies(NOTE_JSON);

        worker.perform(task(NOTE.tools(ECHO)), terms(Limits.DEFAULT));

        assertThat(toolResults().get(0).text()).isEqualTo("meow");
        assertThat(toolResults().get(1).text()).startsWith("error: bad arguments: ");
    }

    @Test
    void brokenTool_keepsItsSecrets() throws InterruptedException {
        client.asksFor(new ToolCall("c1", "read", "{}"), new ToolCall("c2", "blow", "{}"))
                .replies(NOTE_JSON);
        Tool read = tool("read", Tool.Effect.READS, () -> {
            throw new IllegalStateException("password=hunter2");
        });
        Tool blow = tool("blow", Tool.Effect.READS, () -> {
            throw new StackOverflowError("password=hunter2");
        });

        worker.perform(task(NOTE.tools(read, blow)), terms(Limits.DEFAULT));

        assertThat(toolResults())
                .containsExactly(
                        new Turn.ToolResult("c1", "error: the tool failed"),
                        new Turn.ToolResult("c2", "error: the tool failed"));
    }

    @Test
    void toolBeyondItsTime_isInterruptedAndTheModelTold() throws InterruptedException {
        client.asksFor(new ToolCall("c1", "slow", "{}")).replies(NOTE_JSON);
        Tool slow = tool("slow", Tool.Effect.READS, () -> new CountDownLatch(1).await());

        RungEnd end = worker.perform(task(NOTE.tools(slow)), terms(toolTimeout(Duration.ofMillis(20))));

        assertThat(end).isEqualTo(new RungEnd.Accepted(new Note("They purr.")));
        assertThat(toolResults()).containsExactly(new Turn.ToolResult("c1", "error: timed out after 20 ms"));
        assertThat(notices).singleElement().isInstanceOfSatisfying(RungNotice.ToolFailed.class, failed -> {
            assertThat(failed.tool()).isEqualTo("slow");
            assertThat(failed.thrown()).isInstanceOf(TimeoutException.class).hasMessage("it did not end in 20 ms");
        });
    }

    @Test
    void toolThatIgnoresItsInterrupt_isLeftBehindAndNamed() throws InterruptedException {
        client.asksFor(new ToolCall("c1", "deaf", "{}")).replies(NOTE_JSON);
        var release = new CountDownLatch(1);
        Tool deaf = tool("deaf", Tool.Effect.READS, () -> awaitUninterruptibly(release));

        RungEnd end = worker.perform(task(NOTE.tools(deaf)), terms(toolTimeout(Duration.ofMillis(20))));
        release.countDown();

        assertThat(end).isEqualTo(new RungEnd.Accepted(new Note("They purr.")));
        assertThat(toolResults()).containsExactly(new Turn.ToolResult("c1", "error: timed out after 20 ms"));
        assertThat(notices).hasSize(2).first().isInstanceOf(RungNotice.ToolFailed.class);
        assertThat(notices).contains(new RungNotice.Abandoned("cadre-tool:run-1/s1/deaf"));
        assertThat(threads.left).containsExactly("cadre-tool:run-1/s1/deaf");
    }

    @Test
    void interruptDuringTools_cancelsThemAllAndCallsNoModel() throws InterruptedException {
        client.asksFor(new ToolCall("c1", "left", "{}"), new ToolCall("c2", "right", "{}"));
        var running = new CountDownLatch(2);
        var threads = new ConcurrentLinkedQueue<Thread>();
        Action hang = () -> {
            threads.add(Thread.currentThread());
            running.countDown();
            new CountDownLatch(1).await();
        };
        var rung = start(NOTE.tools(tool("left", Tool.Effect.READS, hang), tool("right", Tool.Effect.READS, hang)));

        running.await();
        rung.thread().interrupt();

        assertThatThrownBy(() -> rung.end().get()).hasCauseInstanceOf(InterruptedException.class);
        assertThat(client.requests).hasSize(1);
        assertThat(threads).hasSize(2).noneMatch(Thread::isAlive);
        assertThat(notices).isEmpty();
    }

    @Test
    void interruptDuringAWritingTool_endsAsEffectUnknownAndKeepsTheFlag() throws Exception {
        client.asksFor(new ToolCall("c1", "send", "{}"));
        var running = new CountDownLatch(1);
        var flag = new AtomicBoolean();
        Tool send = tool("send", Tool.Effect.WRITES, () -> {
            running.countDown();
            new CountDownLatch(1).await();
        });
        var end = new FutureTask<>(() -> {
            RungEnd ended = worker.perform(task(NOTE.tools(send)), terms(Limits.DEFAULT));
            flag.set(Thread.currentThread().isInterrupted());
            return ended;
        });
        Thread rung = Thread.ofVirtual().start(end);

        running.await();
        rung.interrupt();

        assertThat(failure(end.get()).kind()).isEqualTo(Failure.Kind.EFFECT_UNKNOWN);
        assertThat(flag).isTrue();
        assertThat(client.requests).hasSize(1);
    }

    @Test
    void interruptDuringACall_forfeitsIt() throws InterruptedException {
        var inCall = new CountDownLatch(1);
        client.then((request, context) -> {
            inCall.countDown();
            new CountDownLatch(1).await();
            throw new AssertionError("unreachable");
        });
        var rung = start(NOTE);

        inCall.await();
        cancelled.set(true);
        rung.thread().interrupt();

        assertThatThrownBy(() -> rung.end().get()).hasCauseInstanceOf(InterruptedException.class);
        assertThat(budget.state().forfeited())
                .isEqualTo(worker.firstCall(task(NOTE), Limits.DEFAULT).orElseThrow());
    }

    @Test
    void toolThatThrowsAnInterruptOfItsOwn_isAFailedTool() throws InterruptedException {
        client.asksFor(new ToolCall("c1", "read", "{}")).replies(NOTE_JSON);
        var thrown = new InterruptedException("by its own client");
        Tool read = tool("read", Tool.Effect.READS, () -> {
            throw thrown;
        });

        RungEnd end = worker.perform(task(NOTE.tools(read)), terms(Limits.DEFAULT));

        assertThat(end).isEqualTo(new RungEnd.Accepted(new Note("They purr.")));
        assertThat(notices).containsExactly(new RungNotice.ToolFailed("read", thrown));
    }

    @Test
    void firstCall_isWhatItReserves() {
        long bytes = firstRequest(task(NOTE)).inputBytes();

        // $0.20 and $1.25 per million are 200,000 and 1,250,000 pico-dollars a token; an unknown tokenizer may need two
        // tokens for a byte
        assertThat(worker.firstCall(task(NOTE), Limits.DEFAULT))
                .contains(Money.ofPico(2 * bytes * 200_000 + 2_000 * 1_250_000L));
    }

    @Test
    void firstCall_withoutInput_isLowerByTheInput() {
        Money without = worker.firstCall(NOTE, Tier.NANO, Limits.DEFAULT).orElseThrow();
        Money with = worker.firstCall(task(NOTE), Limits.DEFAULT).orElseThrow();

        int more = "{\"name\":\"cats\"}".length() - "{}".length();
        assertThat(with.minus(without)).isEqualTo(Money.ofPico(2L * more * 200_000));
    }

    @Test
    void firstCall_ofWhatIsNotSent_isNothingOrUnknown() {
        assertThat(worker.firstCall(task(CODE), Limits.DEFAULT)).contains(Money.ZERO);
        assertThat(worker.firstCall(RungTask.first(NOTE, 7, "s1", Tier.NANO), Limits.DEFAULT))
                .contains(Money.ZERO);
        assertThat(worker.firstCall(NOTE, Tier.MINI, Limits.DEFAULT)).isEmpty();
    }

    @Test
    void quote_isOneCallAtBest_andEveryCallAtItsReservationAtWorst() {
        long bytes = firstRequest(task(NOTE)).inputBytes();

        SubtaskQuote one = worker.quote(NOTE, new InputSize.Known(CATS), Limits.DEFAULT);

        // $0.02 per million for what the cache holds, and one token of output
        assertThat(one.quote().cost().low()).isEqualTo(Money.ofPico(bytes / 8 * 20_000 + 1_250_000L));
        assertThat(one.quote().cost().expected()).isEqualTo(Money.ofPico(bytes / 4 * 200_000 + 500 * 1_250_000L));
        // the first call, the truncated one again with twice the cap, and a repair, each in four attempts
        assertThat(one.quote().calls()).isEqualTo(new CountRange(1, 1, 12));
        Money first = Money.ofPico(2 * bytes * 200_000 + 2_000 * 1_250_000L);
        Money second = Money.ofPico(2 * bytes * 200_000 + 4_000 * 1_250_000L);
        long repair = 2 * 4_000 * 8 + 2_000 + 9_000;
        Money third = Money.ofPico(2 * (bytes + repair) * 200_000 + 4_000 * 1_250_000L);
        Money repairFirst = Money.ofPico(2 * (bytes + repair) * 200_000 + 2_000 * 1_250_000L);
        assertThat(one.quote().cost().worst())
                .isEqualTo(first.plus(second.atLeast(repairFirst)).plus(third).times(4));
        assertThat(one.firstCall()).isEqualTo(first);
        assertThat(one.outputBytes()).isEqualTo(new CountRange(0, 500 * 4, 4_000 * 8));
    }

    @Test
    void quote_ofAnInputThatIsNotKnown_growsWithItsBytes() {
        var unknown = new InputSize.Between(new CountRange(0, 1_000, 10_000));

        SubtaskQuote none = worker.quote(NOTE, new InputSize.Between(CountRange.NONE), Limits.DEFAULT);
        SubtaskQuote some = worker.quote(NOTE, unknown, Limits.DEFAULT);

        assertThat(some.quote().cost().low()).isEqualTo(none.quote().cost().low());
        assertThat(some.quote().cost().expected().minus(none.quote().cost().expected()))
                .isEqualTo(Money.ofPico(250 * 200_000));
        assertThat(some.quote().cost().worst().minus(none.quote().cost().worst()))
                .isEqualTo(Money.ofPico(4 * 3 * 2 * 10_000 * 200_000L));
    }

    @Test
    void quote_ofAnInputWithAFile_countsIt_andAllThatCouldBeReadIfItIsNotKnown() {
        var file =
                Attachment.File.of("a.pdf", "application/pdf", new byte[] {1}).boundedBy(3_000);
        var reading = NOTE.attaching(topic -> List.of(file));
        var broken = NOTE.attaching(topic -> {
            throw new IllegalStateException("no such file");
        });

        Quote with =
                worker.quote(reading, new InputSize.Known(CATS), Limits.DEFAULT).quote();
        Quote without =
                worker.quote(NOTE, new InputSize.Known(CATS), Limits.DEFAULT).quote();
        Quote unknown = worker.quote(reading, new InputSize.Between(CountRange.NONE), Limits.DEFAULT)
                .quote();

        // its name and mark are 21 bytes of the request
        assertThat(with.cost().worst().minus(without.cost().worst()))
                .isEqualTo(Money.ofPico(12 * (3_000 + 2 * 21) * 200_000L));
        assertThat(with.cost().expected()).isGreaterThan(without.cost().expected());
        assertThat(unknown.cost().worst()).isGreaterThan(Money.ofPico(12 * 1_000_000L * 200_000L));
        assertThat(worker.quote(broken, new InputSize.Known(CATS), Limits.DEFAULT)
                        .quote())
                .as("nothing is sent")
                .isEqualTo(Quote.NOTHING);
    }

    @Test
    void quote_ofATypeWithTools_countsEveryRound() {
        var tool = Tool.of("read", "Reads.", Topic.class, (topic, context) -> "text");
        var limits = Limits.DEFAULT.withTools(new Limits.ToolLimits(7, 50, 1_000, Duration.ofSeconds(1)));

        SubtaskQuote with = worker.quote(NOTE.tools(tool), new InputSize.Known(CATS), limits);
        SubtaskQuote without = worker.quote(NOTE, new InputSize.Known(CATS), limits);

        assertThat(with.quote().calls()).isEqualTo(new CountRange(1, 4, 4 * (1 + 7 + 2)));
        assertThat(with.quote().cost().worst())
                .isGreaterThan(without.quote().cost().worst().times(3));
    }

    @Test
    void quote_ofWhatIsNotSent_isNothing() {
        var code = worker.quote(CODE, new InputSize.Known(CATS), Limits.DEFAULT);

        assertThat(code.quote()).isEqualTo(Quote.NOTHING);
        assertThat(code.outputBytes()).isEqualTo(new CountRange(0, 16 * 1024, 64 * 1024));
        assertThat(worker.quote(NOTE, new InputSize.Known(7), Limits.DEFAULT).quote())
                .isEqualTo(Quote.NOTHING);
        assertThat(worker.quote(NOTE.startingAt(Tier.MINI), new InputSize.Known(CATS), Limits.DEFAULT)
                        .quote())
                .isEqualTo(Quote.NOTHING);
    }

    private static ModelRequest firstRequest(RungTask task) {
        var call = (RungCommand.Call)
                Rung.of(task, "nano-model", Long.MAX_VALUE, Limits.DEFAULT).on(new RungEvent.Begin());
        return call.request();
    }

    private interface Action {
        void run() throws Exception;
    }

    private static Tool tool(String name, Tool.Effect effect, Action action) {
        var spec =
                new ToolSpec(name, "A tool.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
        return Tool.raw(spec, (arguments, context) -> {
                    action.run();
                    return name + " done";
                })
                .writing(effect);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException deaf) {
                // that is the point
            }
        }
    }

    private record Started(Thread thread, FutureTask<RungEnd> end) {}

    private Started start(SubtaskType<Topic, Note> type) {
        var end = new FutureTask<>(() -> worker.perform(task(type), terms(Limits.DEFAULT)));
        return new Started(Thread.ofVirtual().start(end), end);
    }

    private static RungTask task(SubtaskType<Topic, Note> type) {
        return RungTask.first(type, new Topic("cats"), "s1", Tier.NANO);
    }

    private static Limits toolTimeout(Duration timeout) {
        return Limits.DEFAULT.withTools(new ToolLimits(20, 50, 1_000, timeout));
    }

    private RungTerms terms(Limits limits) {
        return terms(budget, limits, later());
    }

    private RungTerms terms(BudgetGuard guard, Limits limits, long deadlineNanos) {
        return new RungTerms(
                "run-1",
                guard,
                0,
                deadlineNanos,
                limits,
                attempts::add,
                guard.cap(guard.state().limit()),
                this::noticed,
                cancelled::get,
                threads,
                OuterRun.NONE);
    }

    private void noticed(RungNotice notice) {
        if (!(notice instanceof RungNotice.In)) {
            notices.add(notice);
        }
    }

    private static long later() {
        return System.nanoTime() + Duration.ofMinutes(10).toNanos();
    }

    private static CallPurpose purpose(CallPurpose.Kind kind) {
        return new CallPurpose(kind, "run-1", "s1", "note", "{\"name\":\"cats\"}", Tier.NANO);
    }

    private List<Turn.ToolResult> toolResults() {
        return client.requests.getLast().turns().stream()
                .filter(Turn.ToolResult.class::isInstance)
                .map(Turn.ToolResult.class::cast)
                .toList();
    }

    private static Failure failure(RungEnd end) {
        assertThat(end).isInstanceOf(RungEnd.Failed.class);
        return ((RungEnd.Failed) end).failure();
    }
}
