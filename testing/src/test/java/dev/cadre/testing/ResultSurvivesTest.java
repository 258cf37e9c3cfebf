// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.merge.Merged;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolSpec;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunClock;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolSession;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a client, a listener, a merger, a tool or a clock does, a run returns its result with every outcome so far. */
class ResultSurvivesTest {
    private static final Budget BUDGET = Budget.usd("0.05");
    private static final SubtaskType<Topic, Note> CODE =
            SubtaskType.code("code", Topic.class, Note.class, (topic, context) -> new Note("code"));

    private final ScriptedModel model = new ScriptedModel();

    private static TaskGraph<Note> codeAndModel() {
        var graph = TaskGraph.builder();
        graph.optional(graph.add("model", NOTE, new Topic("cats")));
        return graph.answering(graph.add("code", CODE, new Topic("code")));
    }

    private enum ClientFault {
        CHECKED {
            @Override
            ModelReply call() {
                throw sneaky(new IOException("disk full"));
            }
        },
        ERROR {
            @Override
            ModelReply call() {
                throw new NoSuchMethodError("of another version");
            }
        },
        NULL {
            @Override
            @SuppressWarnings("NullAway")
            ModelReply call() {
                return null;
            }
        };

        abstract ModelReply call();

        @SuppressWarnings("unchecked")
        private static <E extends Exception> RuntimeException sneaky(Exception thrown) throws E {
            throw (E) thrown;
        }
    }

    @ParameterizedTest
    @EnumSource
    void client_thatBreaks_failsItsSubtaskAlone_andItsCallIsBooked(ClientFault fault) throws InterruptedException {
        ModelClient client = (request, context) -> fault.call();
        ModelPool pool = ModelPool.builder(client, "broken")
                .price(Price.perMillionTokens("1", "1", "1"))
                .build();

        RunResult<Note> result = Coordinator.of(ModelPools.of(pool)).run(codeAndModel(), BUDGET);

        assertThat(result.requireComplete()).isEqualTo(new Note("code"));
        assertThat(result.report().outcome("model")).isInstanceOf(Outcome.Failed.class);
        assertThat(result.spend().attempts()).isEqualTo(1);
        assertThat(result.spend().forfeited()).isGreaterThan(Money.ZERO);
        assertThat(result).leftNothingBehind();
        assertThat(pool.load().inFlight() + pool.load().waiting()).isZero();
    }

    @Test
    @SuppressWarnings("NullAway")
    void reply_withANullPart_cannotBeMade() {
        assertThatNullPointerException()
                .isThrownBy(() -> new ModelReply(
                        "m",
                        "text",
                        List.of(),
                        dev.cadre.model.Finish.COMPLETE,
                        TokenUsage.NONE,
                        dev.cadre.model.ServiceTier.STANDARD,
                        null,
                        ""))
                .withMessageContaining("RateLimits.UNKNOWN");
        assertThatNullPointerException()
                .isThrownBy(() -> new RateLimits(null, RateLimits.Window.UNKNOWN))
                .withMessageContaining("Window.UNKNOWN");
    }

    @Test
    void listener_thatThrowsAnError_changesNothing() throws InterruptedException {
        model.on(NOTE).replies(new Note("They purr."));
        Coordinator coordinator = Coordinator.builder(model.pools())
                .listener(event -> {
                    throw new NoSuchMethodError("of another version");
                })
                .build();

        assertThat(coordinator.run(codeAndModel(), BUDGET).requireComplete()).isEqualTo(new Note("code"));
    }

    @Test
    @SuppressWarnings("NullAway")
    void merger_thatReturnsNull_failsTheMerge_andKeepsTheOutcomes() throws InterruptedException {
        Planner planner = (request, intake) -> intake.offer(PlannedSubtask.of("a", CODE, new Topic("a")));
        Coordinator coordinator = Coordinator.builder(model.pools())
                .plansWith(CODE)
                .planner(planner)
                .build();

        var goal = Goal.of("Say it.", String.class).mergedBy((input, terms) -> null);

        RunFailure failure = Crew.failed(coordinator.run(goal, BUDGET)).cause();

        assertThat(failure.kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
        assertThat(failure.message()).contains("the merger returned null");
        assertThatNullPointerException().isThrownBy(() -> Merged.of(null)).withMessage("a merger answered null");
    }

    /** A clock that breaks at one of its readings, and after it. */
    private static final class BreakingClock implements RunClock {
        private final int readings;
        private final AtomicInteger reading = new AtomicInteger();

        BreakingClock(int readings) {
            this.readings = readings;
        }

        boolean isBroken() {
            return reading.get() > readings;
        }

        @Override
        public long nanoTime() {
            if (reading.incrementAndGet() > readings) {
                throw new IllegalStateException("the clock broke");
            }
            return System.nanoTime();
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
            return RunClock.SYSTEM.poll(queue, untilNanos);
        }
    }

    private static final String CLOCK_TROUBLE =
            "the clock threw IllegalStateException: the clock broke: since then the time is the system's";

    @Test
    void clock_thatBreaksAtAnyReading_endsNoRun_andIsNoted() throws InterruptedException {
        model.on(NOTE).replies(new Note("They purr."));
        boolean whole = false;
        for (int readings = 0; !whole; readings++) {
            var clock = new BreakingClock(readings);
            RunResult<Note> result =
                    Coordinator.builder(model.pools()).clock(clock).build().run(codeAndModel(), BUDGET);

            assertThat(result.requireComplete()).isEqualTo(new Note("code"));
            assertThat(result).leftNothingBehind();
            whole = !clock.isBroken();
            assertThat(result.report().notes()).hasSize(whole ? 0 : 1).allMatch(CLOCK_TROUBLE::equals);
        }
    }

    @Test
    void clock_thatBreaksAtAnyReading_endsNoBulk_andIsNoted() throws InterruptedException {
        model.on(NOTE).replies(new Note("They purr."));
        boolean whole = false;
        for (int readings = 0; !whole; readings++) {
            var clock = new BreakingClock(readings);
            BulkSummary summary = Coordinator.builder(model.pools())
                    .clock(clock)
                    .build()
                    .bulk(NOTE)
                    .run(Stream.of(new Topic("cats"), new Topic("dogs")), BUDGET, item -> {});

            assertThat(summary.succeeded()).isEqualTo(2);
            whole = !clock.isBroken();
            assertThat(summary.notes()).hasSize(whole ? 0 : 1).allMatch(CLOCK_TROUBLE::equals);
        }
    }

    @Test
    void deadline_beyondAnyClock_isNoDeadline() throws InterruptedException {
        model.on(NOTE).replies(new Note("They purr."));
        for (Duration time : List.of(Duration.ofNanos(Long.MAX_VALUE), ChronoUnit.FOREVER.getDuration())) {
            Coordinator coordinator = Coordinator.builder(model.pools())
                    .limits(Limits.DEFAULT.withDeadline(time))
                    .build();

            assertThat(coordinator.run(codeAndModel(), BUDGET.within(time)).requireComplete())
                    .isEqualTo(new Note("code"));
            assertThat(coordinator
                            .bulk(NOTE)
                            .run(List.of(new Topic("cats")).stream(), BUDGET.within(time), item -> {})
                            .succeeded())
                    .isEqualTo(1);
        }
    }

    @Test
    void toolTimeout_thatIsNotPositive_isRefused() {
        for (Duration time : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Limits.ToolLimits(1, 1, 1, time))
                    .withMessage("the timeout of a tool call must be positive, not " + time);
        }
    }

    private static final class OpenSession implements ToolSession {
        final AtomicInteger closed = new AtomicInteger();

        @Override
        public Tool.Shown call(String arguments, dev.cadre.task.WorkerContext context) {
            throw new AssertionError("no tool is called");
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    @Test
    void toolSession_thatCannotBeOpened_closesThoseThatAreOpen() throws InterruptedException {
        var first = new OpenSession();
        Tool opens = Tool.stateful(new ToolSpec("first", "Opens.", "{\"type\":\"object\"}"), () -> first);
        Tool breaks = Tool.stateful(new ToolSpec("second", "Breaks.", "{\"type\":\"object\"}"), () -> {
            throw new IllegalStateException("no browser");
        });
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE.tools(opens, breaks), new Topic("cats"));

        RunResult<Note> result = Coordinator.of(model.pools()).run(graph.answering(note), BUDGET);

        assertThat(result.report().outcome("note").reason()).contains("no browser");
        assertThat(first.closed).hasValue(1);
        assertThat(model.calls()).isEmpty();
    }
}
