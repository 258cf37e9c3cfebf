// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One call of plain code on a thread of its own, which can be left behind when its time is over. */
final class CodeThread {
    private final Supplier<CodeEnd> call;
    private final String name;
    private final CodeThreads.Call thread;
    private final Consumer<RungNotice> notices;

    private volatile @Nullable CodeEnd end; // written by the code's own thread

    /**
     * Starts a call.
     *
     * @param code whose threads are used
     * @param call must not throw
     * @param terms has the threads, and is told of one that was left behind
     */
    CodeThread(String name, Object code, Supplier<CodeEnd> call, RungTerms terms) {
        this.call = call;
        this.name = name;
        notices = terms.notices();
        thread = terms.threads().start(name, code, this::run); // last: it sees all of the above
    }

    /**
     * Waits for its end, at most for so long; then it is interrupted, and left behind if it ignores that.
     *
     * @throws InterruptedException if the calling thread was interrupted, and the call did not end all the same
     */
    CodeEnd await(Duration timeout) throws InterruptedException {
        try {
            if (thread.join(timeout)) {
                return ended();
            }
        } catch (InterruptedException cancel) {
            if (stop()) {
                return ended();
            }
            throw cancel;
        }
        stop();
        return new CodeEnd.TimedOut(timeout);
    }

    private void run() {
        end = call.get();
    }

    private CodeEnd ended() {
        CodeEnd known = end;
        return known == null ? new CodeEnd.Threw(new IllegalStateException("its thread broke")) : known;
    }

    /** Interrupts the code and waits no longer than the grace; returns whether it has ended. */
    private boolean stop() {
        thread.interrupt();
        boolean ended;
        try {
            ended = thread.join(ToolTurn.GRACE);
        } catch (InterruptedException again) {
            Thread.currentThread().interrupt();
            ended = thread.hasEnded();
        }
        if (!ended) {
            thread.leave();
            notices.accept(new RungNotice.Abandoned(name));
        }
        return ended;
    }
}
