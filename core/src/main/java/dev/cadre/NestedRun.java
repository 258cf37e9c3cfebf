// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Admission;
import dev.cadre.budget.AllotmentRefusedException;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetClosedException;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.RunUnderWayException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.price.Money;
import dev.cadre.redact.Thrown;
import dev.cadre.run.EventSink;
import dev.cadre.run.Nesting;
import dev.cadre.run.RunSettings;
import dev.cadre.schema.JsonType;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Failure;
import dev.cadre.task.NestedRunException;
import dev.cadre.task.RunFailure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.task.UnfundedException;
import dev.cadre.task.Worker;
import dev.cadre.task.WorkerContext;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A run of a coordinator as a subtask or a tool of another run. Immutable, and safe for use by many threads.
 *
 * <p>Before it begins, its allotment is reserved from the budget of the run around it; what it does not spend goes back when
 * it ends, and what it spends is booked there once. If others have the money in flight, it waits. It ends before the
 * deadline of the work around it: by a tenth of the time that is left, at least a second and at most ten, never more than
 * half. A cancel of the outer run cancels it, down to the call in flight. Its events reach the listeners of the outer run as
 * {@link dev.cadre.event.RunEvent.Nested}, and its result is in {@link RunReport#nested()}.
 *
 * <p>Runs are nested no deeper than {@link dev.cadre.task.Limits#maxNesting()}, which also stops a coordinator that starts
 * itself. The depth is passed on by the {@link WorkerContext}: a run that code starts by itself counts as an outermost one.
 *
 * <p>With a journal of the outer coordinator the nested run is recorded there, unless its own coordinator has one, as a run
 * whose key is made of the outer run's id, the subtask and the input, so that it resumes with the outer run. With another
 * input it is another run.
 *
 * @param <I> the input of the subtask, or the arguments of the tool
 * @param <R> the answer
 */
public final class NestedRun<I, R> {
    /** The same tool may be called with the same arguments by one turn, with a run for each. */
    private static final int MOST_ALIKE = 50;

    private interface Start<I, R> {
        RunResult<R> run(Coordinator coordinator, I input, Funding funding) throws InterruptedException;
    }

    private final Supplier<Coordinator> coordinator;
    private final Money allotment;
    private final Start<I, R> start;
    private final Duration most;
    private final boolean acceptsPartial;

    private NestedRun(
            Supplier<Coordinator> coordinator,
            Money allotment,
            Start<I, R> start,
            Duration most,
            boolean acceptsPartial) {
        this.coordinator = coordinator;
        this.allotment = allotment;
        this.start = start;
        this.most = most;
        this.acceptsPartial = acceptsPartial;
    }

    /**
     * Runs that plan a goal.
     *
     * @param coordinator asked when a run starts, so that it may start itself
     * @param allotment the most that one run spends, its sessions together
     * @param goal makes the goal of an input; may be called more than once for one, and must then make the same
     */
    public static <I, R> NestedRun<I, R> goal(
            Supplier<Coordinator> coordinator, Money allotment, Function<? super I, Goal<R>> goal) {
        return of(coordinator, allotment, (nested, input, funding) -> nested.run(made(goal.apply(input)), funding));
    }

    /**
     * Runs of a graph written by hand; otherwise as {@link #goal}.
     *
     * @param graph makes the graph of an input; may be called more than once for one, and must then make the same
     */
    public static <I, R> NestedRun<I, R> graph(
            Supplier<Coordinator> coordinator, Money allotment, Function<? super I, TaskGraph<R>> graph) {
        return of(coordinator, allotment, (nested, input, funding) -> nested.run(made(graph.apply(input)), funding));
    }

    private static <I, R> NestedRun<I, R> of(Supplier<Coordinator> coordinator, Money allotment, Start<I, R> start) {
        return new NestedRun<>(coordinator, allotment, start, Budget.LONGEST_DEADLINE, false);
    }

    private static <T> T made(T work) {
        return Objects.requireNonNull(work, "the function of a nested run returned null");
    }

    /**
     * Lets a subtask succeed with an answer that lacks something; by default it fails as {@link Failure.Kind#NESTED_RUN}.
     * What the answer lacks is a note of the outer report. For a tool nothing changes: its model always reads a partial
     * answer, and what it lacks.
     */
    public NestedRun<I, R> acceptingPartial() {
        return new NestedRun<>(coordinator, allotment, start, most, true);
    }

    /**
     * The longest that one run takes, should the outer run leave it more; default the {@code deadline} of its coordinator's
     * limits.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public NestedRun<I, R> within(Duration time) {
        if (!time.isPositive()) {
            throw new IllegalArgumentException("the time of a nested run must be positive, not " + time);
        }
        return new NestedRun<>(coordinator, allotment, start, time, acceptsPartial);
    }

    /**
     * A subtask type whose work is such a run. A run that fails, or is partial, fails the subtask as
     * {@link Failure.Kind#NESTED_RUN} with a {@link RunFailedException} behind it; one that would be nested too deeply as
     * {@link Failure.Kind#TOO_DEEP}. One that is suspended suspends the outer run. If the outer budget has less left than the allotment, the subtask is skipped. An estimate
     * counts the allotment.
     */
    public SubtaskType<I, R> asType(String name, Class<I> input, Class<R> answer) {
        JsonType<I> type = JsonType.of(input);
        return SubtaskType.code(name, input, answer, worker((in, context) -> type.canonical(in)))
                .spendingUpTo(allotment)
                .uncacheable();
    }

    /**
     * The same as a worker, for a {@link SubtaskType} with generic types; its type should say {@code spendingUpTo} the
     * allotment.
     */
    public Worker<I, R> worker() {
        return worker((input, context) -> NestedCall.written(context, input));
    }

    private Worker<I, R> worker(BiFunction<I, WorkerContext, String> written) {
        return (input, context) ->
                answer(run(input, context, NestedCall.ofSubtask(context, written.apply(input, context))));
    }

    /**
     * A tool that starts such a run for each call. Its model reads {@link RunResult#toToolText()}: a failure, a lack of money
     * and too deep a nesting are text, too. A cancel is no text. Each call spends no more than the allotment, all of them no
     * more than the outer budget; an estimate counts as many as {@link dev.cadre.task.Limits.ToolLimits} allow. A call has no
     * more time than those limits give a tool, which is 20 seconds by default.
     *
     * <p>It counts as one that only reads; if the run may write, say so by {@link Tool#writing}.
     */
    public Tool asTool(String name, String description, Class<I> arguments) {
        JsonType<I> type = JsonType.of(arguments);
        Worker<I, String> code =
                (input, context) -> text(input, context, NestedCall.ofTool(context, name, type.canonical(input)));
        return Tool.of(name, description, arguments, code).spendingUpTo(allotment);
    }

    private String text(I input, WorkerContext context, NestedCall call)
            throws InterruptedException, NestedRunException {
        var moved = new Semaphore(0);
        long deadline = System.nanoTime() + context.timeout().toNanos();
        BudgetGuard.Watch watch = context.budget().watch(moved::release);
        try (watch) {
            while (true) {
                moved.drainPermits();
                try {
                    return run(input, context, call).toToolText();
                } catch (UnfundedException unfunded) {
                    if (unfunded.reason() instanceof Admission.Exhausted
                            || !moved.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                        return "failed: %s: %s".formatted(Failure.Kind.BUDGET, unfunded.getMessage());
                    }
                } catch (NestedRunException failed) {
                    if (failed.getCause() instanceof UnrecordedException) {
                        throw failed; // nothing that the model would do next could be recorded
                    }
                    return "failed: " + failed.failure();
                }
            }
        }
    }

    private R answer(RunResult<R> result) throws NestedRunException {
        return switch (result) {
            case RunResult.Complete<R> complete -> complete.answer();
            case RunResult.Partial<R> partial when acceptsPartial -> partial.answer();
            case RunResult.Partial<R> partial ->
                throw failed(
                        partial, new RunFailedException("the nested run is only partial: " + partial.lacks(), null));
            case RunResult.Suspended<R> suspended -> throw new AwaitedException(suspended.waitsFor());
            case RunResult.Failed<R> failed -> throw failed(failed, failed.toException());
        };
    }

    private static NestedRunException failed(RunResult<?> result, RunFailedException behind) {
        String message = "the nested run %s: %s".formatted(result.report().runId(), NestedResult.why(result));
        return new NestedRunException(new Failure(Failure.Kind.NESTED_RUN, message).causedBy(behind));
    }

    private RunResult<R> run(I input, WorkerContext context, NestedCall call)
            throws InterruptedException, UnfundedException, NestedRunException {
        int depth = context.outer().depth();
        if (context.outer().nestingLeft() < 1) {
            throw new NestedRunException(new Failure(
                    Failure.Kind.TOO_DEEP,
                    "its run would be nested %d deep, and Limits.maxNesting allows %d".formatted(depth + 1, depth)));
        }
        Coordinator starting =
                Objects.requireNonNull(coordinator.get(), "the supplier of a nested run's coordinator returned null");
        Nesting outer = context.outer() instanceof Nesting known ? known : outermost(starting.settings(), context);
        Duration time = starting.settings().limits().deadline();
        var funds = new NestedFunds(allotment, most.compareTo(time) < 0 ? most : time, context);
        try (funds) {
            RunResult<R> result = run(starting, outer, input, call, funds);
            if (outer instanceof RunNesting reporting) {
                reporting.ended(call.input(), result);
            }
            if (result instanceof RunResult.Failed<R> failed && starting.isRecordedBy(outer)) {
                requireRecorded(failed);
            }
            return result;
        } catch (JournalException | UnrecordedException unreadable) {
            if (starting.isRecordedBy(outer)) {
                throw unrecorded(unreadable);
            }
            throw unreadable;
        } catch (AllotmentRefusedException refused) {
            throw new UnfundedException(refused);
        } catch (BudgetClosedException closed) {
            throw new NestedRunException(new Failure(Failure.Kind.BUDGET, Thrown.message(closed)));
        }
    }

    /** One journal that fails has failed for both runs. */
    private static void requireRecorded(RunResult.Failed<?> failed) throws NestedRunException {
        if (failed.cause().kind() == RunFailure.Kind.JOURNAL_FAILED) {
            throw unrecorded(new UnrecordedException(failed.cause().message(), failed.toException()));
        }
    }

    private static NestedRunException unrecorded(RuntimeException journal) {
        var unrecorded = UnrecordedException.of("a nested run", journal);
        return new NestedRunException(Failure.thrown(Failure.Kind.NESTED_RUN, unrecorded, "a nested run"), unrecorded);
    }

    private RunResult<R> run(Coordinator starting, Nesting outer, I input, NestedCall call, NestedFunds funds)
            throws InterruptedException {
        for (int alike = 1; ; alike++) {
            try {
                return start.run(starting.nestedIn(outer, call.key(starting.runKey())), input, funds);
            } catch (RunUnderWayException underWay) {
                if (alike == MOST_ALIKE) {
                    throw underWay;
                }
                call.takeNextNumber();
            }
        }
    }

    /** Such as in a test of a tool: nobody hears of it, and nothing is recorded around it. */
    private static Nesting outermost(RunSettings settings, WorkerContext context) {
        var events = new EventSink(context.runId(), () -> Duration.ZERO, event -> {});
        return Nesting.outermost(settings, events, context.subtaskId());
    }
}
