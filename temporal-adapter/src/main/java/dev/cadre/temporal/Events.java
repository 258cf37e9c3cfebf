// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.Tier;
import dev.cadre.price.Spend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the accounts of a run need of the events of one activity. Belongs to the thread of the activity. */
final class Events implements RunListener {
    private static final int MOST_NOTES = 100;

    private final List<Wire.Call> calls = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Spend byCode = Spend.NONE;

    @Override
    public void on(RunEvent event) {
        switch (event) {
            case RunEvent.AttemptEnded ended -> calls.add(call(ended));
            case RunEvent.CodeSpent spent -> byCode = byCode.plus(spent.spend());
            case RunEvent.ToolFailed failed ->
                note("tool '%s' of '%s' failed: %s".formatted(failed.tool(), failed.subtaskId(), failed.thrown()));
            case RunEvent.BudgetBreached breached -> note(breached.breach().toString());
            default -> {}
        }
    }

    private void note(String line) {
        if (notes.size() < MOST_NOTES) {
            notes.add(line);
        }
    }

    List<Wire.Call> calls() {
        return List.copyOf(calls);
    }

    List<String> notes() {
        return List.copyOf(notes);
    }

    Wire.@Nullable Paid byCode() {
        return byCode.total().isZero() ? null : Payments.of(byCode);
    }

    private static Wire.Call call(RunEvent.AttemptEnded ended) {
        String finish = "";
        List<String> said = List.of();
        String failure = "";
        String message = "";
        switch (ended.end()) {
            case RunEvent.CallEnd.Replied replied -> {
                finish = replied.finish().name();
                said = replied.notes();
            }
            case RunEvent.CallEnd.Failed failed -> {
                failure = failed.kind();
                message = failed.message();
            }
        }
        return new Wire.Call(
                ended.kind().name(),
                ended.subtaskId(),
                ended.tier().name(),
                ended.asked(),
                ended.model(),
                finish,
                said,
                failure,
                message,
                Payments.of(ended.spend()),
                ended.waited().toNanos(),
                ended.took().toNanos());
    }

    /** The event of a call that came back. */
    static RunEvent event(String runId, Duration at, Wire.Call call) {
        RunEvent.CallEnd end = call.finish().isEmpty()
                ? new RunEvent.CallEnd.Failed(call.failure(), call.message())
                : new RunEvent.CallEnd.Replied(Finish.valueOf(call.finish()), call.notes());
        var asked = new RunEvent.Call(
                CallPurpose.Kind.valueOf(call.kind()),
                call.subtask(),
                Tier.valueOf(call.tier()),
                call.asked(),
                call.model());
        var times = new RunEvent.CallTimes(Duration.ofNanos(call.waitedNanos()), Duration.ofNanos(call.tookNanos()));
        return new RunEvent.AttemptEnded(runId, at, asked, end, Payments.spend(call.paid()), times);
    }
}
