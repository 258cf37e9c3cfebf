// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.json.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.ParallelLimit;
import dev.cadre.task.Work;
import dev.cadre.task.WorkerContext;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Performs plain Java code. Whatever it throws, and a value that the type does not allow, is a failure of this subtask
 * alone; no tier does better, so nothing is ever rejected.
 */
final class CodeWorker {
    /** Causes may run in a circle. */
    private static final int MAX_CAUSES = 20;

    private static final Runnable NO_PERMIT = () -> {};

    private CodeWorker() {}

    static RungEnd perform(RungTask task, Work.Code<?, ?> work, RungTerms terms) throws InterruptedException {
        if (!terms.timeLeft().isPositive()) {
            return failed(Failure.Kind.DEADLINE, "the deadline passed before it could start");
        }
        try {
            task.inputJson();
        } catch (JsonException unfit) {
            return failed(Failure.Kind.INVALID_INPUT, Excerpt.line(unfit));
        }
        return switch (called(task, work, terms)) {
            case CodeEnd.Returned(@Nullable Object value) -> checked(task, value);
            case CodeEnd.Threw(Throwable thrown) -> {
                throwIfInterrupt(thrown);
                yield RungEnd.Failed.of(Failure.thrown(
                        Failure.Kind.CODE_FAILED, thrown, "the code of subtask type '%s'".formatted(task.type().name())));
            }
            case CodeEnd.TimedOut(Duration timeout) ->
                failed(Failure.Kind.TIMED_OUT, "the code did not end within %s".formatted(timeout));
            case CodeEnd.NotBegun(String message) -> failed(Failure.Kind.DEADLINE, message);
        };
    }

    private static CodeEnd called(RungTask task, Work.Code<?, ?> work, RungTerms terms) throws InterruptedException {
        Optional<ParallelLimit> limit = work.parallel();
        if (limit.isEmpty()) {
            return called(task, work, terms, NO_PERMIT);
        }
        Optional<ParallelLimit.Permit> permit = limit.get().acquire(terms.timeLeft());
        return permit.isPresent()
                ? called(task, work, terms, permit.get()::close)
                : new CodeEnd.NotBegun("the deadline passed while it waited: at most %d of its calls run at a time"
                        .formatted(limit.get().calls()));
    }

    /** @param ended is run when the code has really ended, even if it was left behind before */
    private static CodeEnd called(RungTask task, Work.Code<?, ?> work, RungTerms terms, Runnable ended)
            throws InterruptedException {
        Duration left = terms.timeLeft();
        Optional<Duration> timeout = work.timeout().filter(time -> time.compareTo(left) < 0);
        var context = new WorkerContext(terms.runId(), task.subtaskId(), timeout.orElse(left), terms.codeBudget());
        Supplier<CodeEnd> call = () -> {
            try {
                return new CodeEnd.Returned(call(task, work, context));
            } catch (Throwable thrown) {
                // errors too: a subtask that blows the stack must end, not hang its run
                return new CodeEnd.Threw(thrown);
            } finally {
                ended.run();
            }
        };
        if (timeout.isEmpty()) {
            return call.get();
        }
        String name = "cadre-code:%s/%s".formatted(terms.runId(), task.subtaskId());
        return CodeThread.perform(name, call, timeout.get(), terms.notices());
    }

    @SuppressWarnings("unchecked") // the input was written by its type, so it is an instance of it
    private static @Nullable Object call(RungTask task, Work.Code<?, ?> work, WorkerContext context) throws Exception {
        return ((Work.Code<Object, Object>) work).worker().perform(task.input(), context);
    }

    private static RungEnd checked(RungTask task, @Nullable Object value) {
        if (value == null) {
            return failed(Failure.Kind.CODE_FAILED, "the code returned null");
        }
        try {
            requireWritable(task.type().outputType(), value);
        } catch (JsonException | ClassCastException unfit) {
            return failed(Failure.Kind.CODE_FAILED, "the code returned an unfit value: " + Excerpt.line(unfit));
        }
        return Acceptances.broken(task, value)
                .<RungEnd>map(RungEnd.Failed::of)
                .orElseGet(() -> new RungEnd.Accepted(value));
    }

    /** Found here, a component that is null fails this subtask; found by the journal or a wire, it would fail the run. */
    private static <O> void requireWritable(JsonType<O> form, Object value) {
        form.toJson(form.rawType().cast(value));
    }

    private static void throwIfInterrupt(Throwable thrown) throws InterruptedException {
        @Nullable Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof InterruptedException interrupt) {
                throw interrupt;
            }
            cause = cause.getCause();
        }
    }

    private static RungEnd failed(Failure.Kind kind, String message) {
        return RungEnd.Failed.of(new Failure(kind, message));
    }
}
