// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowServiceException;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/** The cluster did not answer for a reason that may pass: it can be asked again. */
final class Unanswered extends Exception {
    private static final long serialVersionUID = 1;

    private static final Set<Status.Code> PASSING = EnumSet.of(
            Status.Code.UNAVAILABLE,
            Status.Code.DEADLINE_EXCEEDED,
            Status.Code.RESOURCE_EXHAUSTED,
            Status.Code.ABORTED,
            Status.Code.INTERNAL,
            Status.Code.UNKNOWN);

    Unanswered(RuntimeException why) {
        super(why);
    }

    /**
     * Asks the cluster; nothing of the caller's may be called in it.
     *
     * @throws RuntimeException if it makes no sense to ask again
     * @throws InterruptedException if the calling thread was interrupted
     */
    static <T> T ask(Supplier<T> question) throws Unanswered, InterruptedException {
        try {
            return question.get();
        } catch (StatusRuntimeException | WorkflowServiceException why) {
            throwIfInterrupted();
            if (isPassing(why)) {
                throw new Unanswered(why);
            }
            throw why;
        }
    }

    static void throwIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private static boolean isPassing(Throwable why) {
        Throwable status = why instanceof StatusRuntimeException ? why : why.getCause();
        return status instanceof StatusRuntimeException answer
                && PASSING.contains(answer.getStatus().getCode());
    }
}
