// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.price.Money;
import dev.cadre.schema.JsonType;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.Failure;
import dev.cadre.task.NestedRunException;
import dev.cadre.task.Skip;
import dev.cadre.task.Work;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Performs plain Java code. Whatever it throws, and a value that the type does not allow, is a failure of this subtask
 * alone; no tier does better, so nothing is ever rejected.
 */
final class CodeWorker {
    private CodeWorker() {}

    static RungEnd perform(RungTask task, Work.Code<?, ?> work, RungTerms terms) throws InterruptedException {
        return perform(task, work, terms, ThreadLocalRandom.current());
    }

    static RungEnd perform(RungTask task, Work.Code<?, ?> work, RungTerms terms, RandomGenerator jitter)
            throws InterruptedException {
        if (!terms.timeLeft().isPositive()) {
            return new RungEnd.Refused(
                    new Skip(Skip.Kind.DEADLINE, "the deadline passed before it could start", List.of()), null);
        }
        try {
            task.inputJson();
        } catch (JsonException unfit) {
            return failed(Failure.Kind.INVALID_INPUT, Excerpt.line(unfit));
        }
        @Nullable Throwable before = null;
        for (int number = 1; ; number++) {
            CodeEnd end = NestedCalls.funded(terms, new CodeCall(task, work, terms, number)::perform);
            if (!(end instanceof CodeEnd.Threw(Throwable thrown))
                    || thrown instanceof AwaitedException
                    || Unrecorded.in(thrown).isPresent()
                    || !work.retries().allow(thrown, number)
                    || !backsOff(work.retries().delay(number, jitter), number, thrown, terms)) {
                return ended(task, end, before, terms);
            }
            before = thrown;
        }
    }

    /** Waits before a retry, with neither permit nor money; returns false at once if the deadline would come first. */
    private static boolean backsOff(Duration delay, int failures, Throwable thrown, RungTerms terms)
            throws InterruptedException {
        if (delay.compareTo(terms.timeLeft()) >= 0) {
            return false;
        }
        terms.notices().accept(new RungNotice.Retrying(failures, delay, thrown));
        Thread.sleep(delay);
        return true;
    }

    /** @param before what the call before this one threw; null if this is the first */
    private static RungEnd ended(RungTask task, CodeEnd end, @Nullable Throwable before, RungTerms terms)
            throws InterruptedException {
        return switch (end) {
            case CodeEnd.Returned(@Nullable Object value) -> checked(task, value, terms);
            case CodeEnd.Threw(AwaitedException awaited) ->
                new RungEnd.Refused(new Skip(Skip.Kind.AWAITED, awaited.what(), List.of()), null);
            case CodeEnd.Threw(NestedRunException nested) -> {
                Unrecorded.rethrow(nested);
                yield RungEnd.Failed.of(nested.failure());
            }
            case CodeEnd.Threw(Throwable thrown) ->
                RungEnd.Failed.of(Failure.thrown(
                        Failure.Kind.CODE_FAILED,
                        thrown,
                        "the code of subtask type '%s'".formatted(task.type().name())));
            case CodeEnd.TimedOut late -> failed(Failure.Kind.TIMED_OUT, late.message());
            case CodeEnd.NotBegun(RungEnd first) when before == null -> first;
            case CodeEnd.NotBegun(RungEnd retry) -> failedBefore(retry, before);
        };
    }

    /** It was called, so it is not as if it had never begun. */
    private static RungEnd failedBefore(RungEnd retry, Throwable thrown) {
        return switch (retry) {
            case RungEnd.Unaffordable(Money needed) ->
                threwBefore(Failure.Kind.BUDGET, thrown, "a retry needs %s, which is not left".formatted(needed));
            case RungEnd.Refused refused ->
                threwBefore(refused.failure().kind(), thrown, refused.failure().message());
            case RungEnd.Accepted accepted -> retry;
            case RungEnd.Rejected rejected -> retry;
            case RungEnd.Failed failed -> retry;
            case RungEnd.Cancelled cancelled -> new RungEnd.Cancelled();
        };
    }

    private static RungEnd threwBefore(Failure.Kind kind, Throwable thrown, String retry) {
        return RungEnd.Failed.of(
                new Failure(kind, "%s; %s".formatted(Failure.describe(thrown), retry)).causedBy(thrown));
    }

    private static RungEnd checked(RungTask task, @Nullable Object value, RungTerms terms) throws InterruptedException {
        if (value == null) {
            return failed(Failure.Kind.CODE_FAILED, "the code returned null");
        }
        try {
            requireWritable(task.type().outputType(), value);
        } catch (JsonException | ClassCastException unfit) {
            return failed(Failure.Kind.CODE_FAILED, "the code returned an unfit value: " + Excerpt.line(unfit));
        }
        return terms.in(
                        "the rules of subtask type '%s'".formatted(task.type().name()),
                        () -> Acceptances.broken(task, value))
                .<RungEnd>map(RungEnd.Failed::of)
                .orElseGet(() -> new RungEnd.Accepted(value));
    }

    /** Found here, a component that is null fails this subtask; found by the journal or a wire, it would fail the run. */
    private static <O> void requireWritable(JsonType<O> form, Object value) {
        form.toJson(form.rawType().cast(value));
    }

    private static RungEnd failed(Failure.Kind kind, String message) {
        return RungEnd.Failed.of(new Failure(kind, message));
    }
}
