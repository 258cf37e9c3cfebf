// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.event.RunEvent;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The place where the events of one run go. Safe for use by many threads, as far as its consumer is. */
public record EventSink(String runId, Supplier<Duration> clock, Consumer<RunEvent> consumer) {
    /** The time since the run began. */
    public Duration sinceStart() {
        return clock.get();
    }

    /** Passes on an event. */
    public void post(RunEvent event) {
        consumer.accept(event);
    }
}
