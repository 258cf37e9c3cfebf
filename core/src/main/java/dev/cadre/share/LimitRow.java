// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.share.ShareAnswer.Limits;
import dev.cadre.share.ShareAnswer.Pause;
import java.time.Duration;
import java.time.Instant;

/**
 * Shared rate limits as a store keeps them.
 *
 * @param limits what the provider has reported
 * @param limitsAt when, for people
 * @param pauses how many pauses there were
 * @param pauseFrom when the last one was reported
 * @param pauseLength how long it was then
 */
public record LimitRow(
        String name, Limits limits, Instant limitsAt, long pauses, Instant pauseFrom, Duration pauseLength) {

    /** Limits of which nothing is known. */
    public static LimitRow unknown(String name) {
        return new LimitRow(name, Limits.NONE, Instant.EPOCH, 0, Instant.EPOCH, Duration.ZERO);
    }

    LimitRow after(ShareRequest.Heard heard, Instant now) {
        Limits reported = limits.after(heard);
        Instant reportedAt = reported.version() == limits.version() ? limitsAt : now;
        boolean isLonger = heard.pause().compareTo(pause(now).rest()) > 0;
        return isLonger
                ? new LimitRow(name, reported, reportedAt, pauses + 1, now, heard.pause())
                : new LimitRow(name, reported, reportedAt, pauses, pauseFrom, pauseLength);
    }

    /** A clock that was set back makes no pause longer than it was. */
    Pause pause(Instant now) {
        Duration age = Duration.between(pauseFrom, now);
        Duration rest = pauseLength.minus(age.isNegative() ? Duration.ZERO : age);
        return new Pause(pauses, rest.isNegative() ? Duration.ZERO : rest);
    }
}
