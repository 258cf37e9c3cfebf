// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.json.Json;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Tells on standard error until when the provider asks to wait, if that is more than a few seconds: a run in which nothing ends
 * looks like one that hangs. Said in every form of progress but {@link Progress#OFF}.
 */
final class PauseLines implements RunListener {
    private static final Duration LEAST = Duration.ofSeconds(5);

    private final PrintStream err;
    private final Progress form;
    private final InstantSource clock;
    private final Duration longest;
    private Instant told = Instant.MIN;

    /** @param longest the longest wait that is obeyed */
    PauseLines(Progress form, Terminal terminal, InstantSource clock, Duration longest) {
        this.err = terminal.err();
        this.form = form;
        this.clock = clock;
        this.longest = longest;
    }

    @Override
    public synchronized void on(RunEvent event) {
        if (form != Progress.OFF
                && event instanceof RunEvent.AttemptEnded ended
                && ended.end() instanceof RunEvent.CallEnd.Failed failed
                && failed.retryAfter().compareTo(LEAST) >= 0) {
            Duration wait = failed.retryAfter().compareTo(longest) < 0 ? failed.retryAfter() : longest;
            Instant until = clock.instant().plus(wait).truncatedTo(ChronoUnit.SECONDS);
            if (until.minus(LEAST).isAfter(told)) { // calls in flight together are asked to wait together
                told = until;
                print(failed, until);
            }
        }
    }

    private void print(RunEvent.CallEnd.Failed failed, Instant until) {
        String because = TextOutput.visible(Echo.ofFailure(failed.message()));
        if (form == Progress.JSONL) {
            err.println(new JsonOutput()
                    .document(Json.obj()
                            .with("event", "waiting")
                            .with("until", until.toString())
                            .with("because", because)));
        } else {
            err.println("cadre: the provider asks to wait, so no call is made until %s: %s".formatted(until, because));
        }
    }
}
