// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.ModelException;
import dev.cadre.run.StopReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state that the parts of a {@link BatchMachine} share: the shards, the time, why the lane stops, and what is to be done
 * next. Steps are done one after the other; one that asks waits for its answer. For one thread.
 */
final class LaneState {
    /** Leaves room within a second for code that is asked to end at the deadline and again in the end. */
    private static final long GRACE_NANOS = Duration.ofMillis(600).toNanos();

    private static final long LEAST_GRACE_NANOS = Duration.ofMillis(50).toNanos();

    final OpenShards shards;
    final PollPause pause = new PollPause();
    private final List<Shard> filled = new ArrayList<>();
    private final long startNanos;
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final List<BatchCommand> commands = new ArrayList<>();
    private @Nullable Consumer<BatchEvent.Answer> answer;
    private StopReason stop = new StopReason.EndOfInput();
    private long now;
    private long untilNanos;
    private boolean isEnding;
    private boolean isClosing;

    LaneState(BatchMachine.Settings settings) {
        shards = new OpenShards(settings.wanted());
        startNanos = settings.startNanos();
        now = startNanos;
        untilNanos = settings.deadlineNanos();
    }

    /** Keeps a shard in mind as long as the end of one of its items is not decided. */
    void add(Shard shard) {
        filled.removeIf(Shard::isEmpty);
        filled.add(shard);
    }

    List<BatchItem> itemsInShards() {
        return filled.stream().flatMap(shard -> shard.items().stream()).toList();
    }

    // --- time

    void setNow(long nanoTime) {
        now = nanoTime;
    }

    long now() {
        return now;
    }

    long untilNanos() {
        return untilNanos;
    }

    Duration sinceStart() {
        return Duration.ofNanos(now - startNanos);
    }

    boolean isUp() {
        return untilNanos - now <= 0;
    }

    // --- what is to be done

    void command(BatchCommand command) {
        commands.add(command);
    }

    void ask(BatchCommand.Ask question, Consumer<BatchEvent.Answer> then) {
        commands.add(question);
        answer = then;
    }

    /** Does this before all other steps. */
    void first(Runnable step) {
        steps.push(step);
    }

    /** Does these before all other steps, in their order. */
    void first(List<Runnable> next) {
        next.reversed().forEach(steps::push);
    }

    void answered(BatchEvent.Answer event) {
        Consumer<BatchEvent.Answer> asked = answer;
        if (asked == null) {
            throw new IllegalStateException("%s, but nothing was asked for".formatted(event));
        }
        answer = null;
        asked.accept(event);
    }

    boolean isWaiting() {
        return answer != null;
    }

    /** The next step; null if there is none. */
    @Nullable
    Runnable nextStep() {
        return steps.poll();
    }

    List<BatchCommand> takeCommands() {
        List<BatchCommand> taken = List.copyOf(commands);
        commands.clear();
        return taken;
    }

    // --- the end

    StopReason stop() {
        return stop;
    }

    private void stop(StopReason reason) {
        if (!reason.equals(stop)) {
            stop = reason;
            command(new BatchCommand.Stop(reason));
        }
    }

    /** Pulls no more; the first reason stands. */
    void stopPulling(StopReason reason) {
        stop(stop.then(reason));
    }

    /** The journal cannot record what is to be durable first: the lane ends. */
    void unrecorded(UnrecordedException failure) {
        stopPulling(new StopReason.Unrecorded(failure));
        end();
    }

    /** Nothing can be sent any more: the lane ends. */
    void breakOff(ModelException outage) {
        if (outage instanceof ModelException.TimedOut && isUp()) {
            stopPulling(new StopReason.Deadline());
        } else {
            stop(stop.brokenOff(new StopReason.Paused(String.valueOf(outage.getMessage()), outage)));
        }
        end();
    }

    /** Breaks off unless waiting may help. */
    void waitOrBreakOff(ModelException failure) {
        if (failure.isRetryable()) {
            failure.retryAfter().ifPresent(pause::atLeast);
        } else {
            breakOff(failure);
        }
    }

    /** Forgets all steps; what is under way is stopped next. */
    void end() {
        steps.clear();
        answer = null;
        isEnding = true;
    }

    boolean isEnding() {
        return isEnding;
    }

    /** From now on nothing is begun, and what is left is the grace; who was late has had a part of it. */
    void close() {
        steps.clear();
        isClosing = true;
        untilNanos = Math.max(now + LEAST_GRACE_NANOS, Math.min(now, untilNanos) + GRACE_NANOS);
    }

    boolean isClosing() {
        return isClosing;
    }

    static IllegalStateException unexpected(BatchEvent.Answer event) {
        return new IllegalStateException("%s does not answer what was asked for".formatted(event));
    }
}
