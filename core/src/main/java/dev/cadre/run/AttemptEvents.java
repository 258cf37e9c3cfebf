// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunEvent.CallEnd;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Spend;
import dev.cadre.redact.Redactor;
import dev.cadre.redact.Thrown;
import dev.cadre.schedule.RunDriver;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns what a pool says about the attempts of one thread into events of the run. Each thread has one of its own. */
public final class AttemptEvents implements AttemptListener {
    private final EventSink events;
    private Duration waited = Duration.ZERO;
    private Supplier<String> calledFrom = () -> "";

    public AttemptEvents(EventSink events) {
        this.events = events;
    }

    @Override
    public void on(AttemptEvent attempt) {
        switch (attempt) {
            case AttemptEvent.Started started -> {
                waited = started.waited();
                String place = place(started.id());
                tellOf(started);
                calledFrom = RunDriver.enter(() -> place);
            }
            case AttemptEvent.Replied replied -> {
                RunDriver.enter(calledFrom);
                var end = new CallEnd.Replied(
                        replied.reply().finish(), replied.reply().notes());
                tell(replied.id(), replied.reply().answeredBy(), end, replied.spend(), replied.took());
                tellOf(replied.breach());
            }
            case AttemptEvent.Failed failed -> {
                RunDriver.enter(calledFrom);
                String message = Redactor.SHAPES.clean(Thrown.message(failed.failure()));
                Duration wait = failed.failure() instanceof ModelException refused
                        ? refused.retryAfter().orElse(Duration.ZERO)
                        : Duration.ZERO;
                var end = new CallEnd.Failed(failed.failure().getClass().getSimpleName(), message, wait);
                tell(failed.id(), failed.id().model(), end, failed.spend(), failed.took());
                tellOf(failed.breach());
            }
            case AttemptEvent.Retrying retrying -> {}
        }
    }

    private static String place(AttemptEvent.Id id) {
        return id.purpose().kind() == CallPurpose.Kind.CODE
                ? "the code of subtask type '%s'".formatted(id.model())
                : "the client of model '%s'".formatted(id.model());
    }

    private void tellOf(AttemptEvent.Started started) {
        AttemptEvent.Id id = started.id();
        events.post(new RunEvent.AttemptStarted(
                events.runId(),
                events.sinceStart(),
                call(id, id.model()),
                id.number(),
                started.reserved(),
                started.waited()));
    }

    private void tellOf(@Nullable BillingBreach breach) {
        if (breach != null) {
            events.post(new RunEvent.BudgetBreached(events.runId(), events.sinceStart(), breach));
        }
    }

    private void tell(AttemptEvent.Id id, String model, CallEnd end, Spend spend, Duration took) {
        var times = new RunEvent.CallTimes(waited, took);
        events.post(new RunEvent.AttemptEnded(events.runId(), events.sinceStart(), call(id, model), end, spend, times));
    }

    private static RunEvent.Call call(AttemptEvent.Id id, String model) {
        CallPurpose purpose = id.purpose();
        return new RunEvent.Call(purpose.kind(), purpose.subtaskId(), purpose.tier(), id.model(), model);
    }
}
