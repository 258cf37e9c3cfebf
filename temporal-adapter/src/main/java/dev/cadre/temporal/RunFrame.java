// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineRun;
import dev.cadre.event.RunEvent;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one run share in its workflow: what was asked, the clock, the money and the accounts. Belongs to the
 * thread of the workflow.
 */
final class RunFrame<R> {
    private final EngineRun<R> parts;
    private final Wire.Start start;
    private final String input;
    private final Registry registry;
    private final Duration time;
    private final Allotments money;
    private final Tally tally = new Tally();
    private final String runId = Workflow.getInfo().getWorkflowId();
    private final long startMillis = Workflow.currentTimeMillis();
    private long restedMillis;
    private long restingSince = -1;

    RunFrame(EngineRun<R> parts, Wire.Start start, String input, Registry registry) {
        this.parts = parts;
        this.start = start;
        this.input = input;
        this.registry = registry;
        money = new Allotments(Money.ofPico(start.limit()));
        time = start.timeNanos() == 0
                ? Duration.ofNanos(Workflow.sideEffect(
                        Long.class, () -> parts.defaultDeadline().toNanos()))
                : Duration.ofNanos(start.timeNanos());
    }

    EngineRun<R> parts() {
        return parts;
    }

    Wire.Start start() {
        return start;
    }

    /** The input that the graph or the goal was made of. */
    String input() {
        return input;
    }

    Registry registry() {
        return registry;
    }

    String runId() {
        return runId;
    }

    Money limit() {
        return Money.ofPico(start.limit());
    }

    Allotments money() {
        return money;
    }

    Tally tally() {
        return tally;
    }

    // --- time

    /** The time of the whole run. */
    Duration time() {
        return time;
    }

    /** Stops the clock, because the run only waits for people. */
    void rest() {
        restingSince = Workflow.currentTimeMillis();
    }

    /** Lets the clock go on, if it was stopped. */
    void goOn() {
        if (restingSince >= 0) {
            restedMillis += Workflow.currentTimeMillis() - restingSince;
            restingSince = -1;
        }
    }

    /** How long the run has gone on, without the time for which its clock stood still. */
    Duration sinceStart() {
        long now = restingSince < 0 ? Workflow.currentTimeMillis() : restingSince;
        return Duration.ofMillis(now - startMillis - restedMillis);
    }

    /** What is left until this much of the run's time is over. */
    Duration leftOf(Duration most) {
        Duration left = most.minus(sinceStart());
        return left.isPositive() ? left : Duration.ZERO;
    }

    // --- accounts

    /** The listeners of a process hear what it sees first; the accounts are made anew by each replay. */
    void tell(RunEvent event) {
        parts.book(event);
        tally.on(event);
        if (!WorkflowUnsafe.isReplaying()) {
            parts.tell(event);
        }
    }

    /** Books what was told where it was performed. */
    void book(String label, List<Wire.Call> calls, Wire.@Nullable Paid byCode, List<String> notes) {
        calls.forEach(call -> parts.book(Events.event(runId, sinceStart(), call)));
        if (byCode != null) {
            parts.book(new RunEvent.CodeSpent(runId, sinceStart(), label, Payments.spend(byCode)));
        }
        notes.forEach(parts::note);
    }

    /** Books an activity that is lost at its whole allotment. */
    void forfeit(LostWork lost, Allotments.Allotment allotment, String why) {
        Spend forfeited = allotment.forfeit();
        if (!forfeited.total().isZero()) {
            tell(lost.event(runId, sinceStart(), forfeited, why));
        }
        parts.note(lost.note(why, forfeited));
    }
}
