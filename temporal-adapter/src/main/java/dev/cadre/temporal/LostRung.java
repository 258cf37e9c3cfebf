// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.redact.Redactor;
import io.temporal.api.enums.v1.TimeoutType;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TimeoutFailure;

/**
 * Why there is no report of an activity.
 *
 * @param fate what is known of it
 * @param why for people
 */
record LostRung(Fate fate, String why) {
    /** What is known of an activity without a report. */
    enum Fate {
        /** It was cancelled before a worker had it. */
        CANCELLED,
        /** A worker had it and began nothing, or none had it in time. */
        NOT_BEGUN,
        /** Nobody knows what it did. */
        UNKNOWN
    }

    Wire.Lost written() {
        return new Wire.Lost(fate.name(), why);
    }

    static LostRung read(Wire.Lost lost) {
        return new LostRung(Fate.valueOf(lost.fate()), lost.why());
    }

    static LostRung of(RuntimeException failure) {
        Throwable cause =
                failure instanceof ActivityFailure && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            // an activity that has begun returns when it is cancelled
            case CanceledFailure cancelled -> new LostRung(Fate.CANCELLED, "it was cancelled before it began");
            case TimeoutFailure late
            when late.getTimeoutType() == TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START ->
                new LostRung(Fate.NOT_BEGUN, "no worker of its task queue took it in time");
            case TimeoutFailure silent ->
                new LostRung(
                        Fate.UNKNOWN,
                        silent.getTimeoutType() == TimeoutType.TIMEOUT_TYPE_HEARTBEAT
                                ? "its worker was not heard of any more"
                                : "it did not end in time");
            case ApplicationFailure unfit
            when unfit.getType().equals(ActivityWork.NOT_BEGUN) ->
                new LostRung(Fate.NOT_BEGUN, clean(unfit.getOriginalMessage()));
            case ApplicationFailure broken ->
                new LostRung(Fate.UNKNOWN, "%s: %s".formatted(broken.getType(), clean(broken.getOriginalMessage())));
            default -> new LostRung(Fate.UNKNOWN, clean(String.valueOf(cause.getMessage())));
        };
    }

    private static String clean(String message) {
        return Redactor.SHAPES.quote(message);
    }
}
