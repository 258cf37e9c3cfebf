// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.task.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Takes down what happens in runs, for assertions on their order; to be given to
 * {@link dev.cadre.Coordinator.Builder#listener}. Safe for use by many threads and runs.
 */
public final class EventLog implements RunListener {
    private static final long PATIENCE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<RunEvent> events = new ArrayList<>();

    @Override
    public void on(RunEvent event) {
        lock.lock();
        try {
            events.add(event);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The events so far; those of one run in their order. */
    public List<RunEvent> events() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a subtask has ended. Blocks, for 30 seconds at most.
     *
     * @return whether it has
     */
    public boolean awaitEnd(String subtaskId) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!hasEnded(subtaskId) && left > 0) {
                left = changed.awaitNanos(left);
            }
            return hasEnded(subtaskId);
        } finally {
            lock.unlock();
        }
    }

    private boolean hasEnded(String subtaskId) {
        return events.stream()
                .anyMatch(event -> event instanceof RunEvent.SubtaskEnded ended
                        && ended.subtaskId().equals(subtaskId));
    }

    /** The runs that have begun and not ended. */
    List<String> runsUnderWay() {
        var open = new ArrayList<String>();
        for (RunEvent event : events()) {
            if (event instanceof RunEvent.RunStarted) {
                open.add(event.runId());
            } else if (event instanceof RunEvent.RunEnded) {
                open.remove(event.runId());
            }
        }
        return open;
    }

    /** The threads that ignored their interrupt, as {@code subtask on thread}. */
    List<String> abandoned() {
        return events().stream()
                .filter(RunEvent.WorkAbandoned.class::isInstance)
                .map(RunEvent.WorkAbandoned.class::cast)
                .map(work -> work.subtaskId() + " on " + work.thread())
                .toList();
    }

    /** One line for each event. */
    @Override
    public String toString() {
        return events().stream().map(EventLog::line).collect(Collectors.joining("\n"));
    }

    private static String line(RunEvent event) {
        return "%8.3f ms %s".formatted(event.at().toNanos() / 1e6, words(event));
    }

    private static String words(RunEvent event) {
        return switch (event) {
            case RunEvent.RunStarted e -> "run started, limit " + e.limit();
            case RunEvent.ModelShutsDown e ->
                "%s of %s shuts down on %s, in %d days".formatted(e.model(), e.tiers(), e.day(), e.daysLeft());
            case RunEvent.SubtaskAdmitted e -> e.subtaskId() + " admitted: " + e.type() + " after " + e.dependsOn();
            case RunEvent.PlanEnded e -> "plan ended, " + e.admitted() + " admitted " + e.defects();
            case RunEvent.PlanningAgain e ->
                "planning again, round %d, not done %s%s"
                        .formatted(
                                e.round(),
                                e.undone(),
                                e.rejected().isEmpty() ? "" : ", rejected by '" + e.rejected() + "'");
            case RunEvent.Joined e -> "%s joined, without %s".formatted(e.subtaskId(), e.without());
            case RunEvent.RungStarted e -> e.subtaskId() + " started on " + e.tier();
            case RunEvent.RungEnded e -> e.subtaskId() + " ended on " + e.tier() + ": " + e.result();
            case RunEvent.AttemptStarted e ->
                "%s call of '%s' on %s starts, attempt %d, %s reserved"
                        .formatted(
                                e.call().kind(), e.call().subtaskId(), e.call().model(), e.number(), e.reserved());
            case RunEvent.AttemptEnded e ->
                "%s call of '%s' on %s: %s, %s"
                        .formatted(
                                e.kind(),
                                e.subtaskId(),
                                e.model(),
                                e.end(),
                                e.spend().total());
            case RunEvent.CeilingLowered e -> "ceiling lowered to " + e.ceiling();
            case RunEvent.BudgetBreached e -> "budget breached: " + e.breach();
            case RunEvent.CodeRetried e -> e.subtaskId() + " is called again after failure " + e.failures();
            case RunEvent.CodeSpent e -> e.subtaskId() + " spent " + e.spend().total() + " by itself";
            case RunEvent.CacheHit e -> e.subtaskId() + " from the cache, saved " + e.saved();
            case RunEvent.SubtaskEnded e -> e.subtaskId() + " " + e.outcome().reason();
            case RunEvent.MergeStarted e -> "merge of " + e.succeeded() + " of " + e.total();
            case RunEvent.ToolFailed e ->
                e.subtaskId() + " tool " + e.tool() + " threw " + Failure.describe(e.thrown());
            case RunEvent.Nested e -> e.subtaskId() + " > " + words(e.event());
            case RunEvent.WorkAbandoned e -> e.subtaskId() + " abandoned on " + e.thread();
            case RunEvent.RunEnded e -> "run ended " + e.status() + ", spent " + e.spent();
        };
    }
}
