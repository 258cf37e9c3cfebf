// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;

/** What all activities of a worker have in common: a pulse, and an end of them when the worker leaves. Safe for use by many threads. */
final class ActivityWork {
    /** The type of a failure of an activity that has begun nothing. */
    static final String NOT_BEGUN = "cadre-not-begun";

    /** So many heartbeats before a worker is taken for lost. */
    static final long PULSES = 4;

    private volatile boolean isClosing;

    /** Interrupts all activities, which report what they have spent, and lets no other one begin. */
    void close() {
        isClosing = true;
    }

    void requireOpen() {
        if (isClosing) {
            throw ApplicationFailure.newNonRetryableFailure("its worker was shut down", NOT_BEGUN);
        }
    }

    static ApplicationFailure notBegun(RuntimeException unfit) {
        return ApplicationFailure.newNonRetryableFailureWithCause(String.valueOf(unfit.getMessage()), NOT_BEGUN, unfit);
    }

    /** The time that an activity waited in its queue; by the clock of the server alone, so that no two clocks are compared. */
    static Duration queued(ActivityInfo info) {
        return Duration.ofMillis(Math.max(0, info.getStartedTimestamp() - info.getScheduledTimestamp()));
    }

    Pulse pulse(ActivityExecutionContext context) {
        return new Pulse(context);
    }

    /** Tells the server that the activity is alive, and hears whether it is still wanted. */
    final class Pulse {
        private final ActivityExecutionContext context;
        private boolean isLeaving;

        private Pulse(ActivityExecutionContext context) {
            this.context = context;
        }

        boolean goesOn() {
            if (isClosing) {
                isLeaving = true;
                return false;
            }
            try {
                context.heartbeat(null);
                return true;
            } catch (ActivityWorkerShutdownException leaving) {
                isLeaving = true;
                return false;
            } catch (ActivityCompletionException unwanted) { // cancelled, timed out, or its workflow is gone
                return false;
            } catch (RuntimeException unsent) { // such as by an executor that is shut down: no reason to lose a report
                isLeaving = isClosing;
                return !isClosing;
            }
        }

        /** Whether the worker leaves. Clears the interrupt flag, which would break what reports the end. */
        boolean isLeaving() {
            return Thread.interrupted() || isLeaving;
        }
    }
}
