// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One call of plain code on a thread of its own, which can be left behind when its time is over. */
final class CodeThread {
    private final Supplier<CodeEnd> call;
    private final Thread thread;
    private final Consumer<RungNotice> notices;

    private volatile @Nullable CodeEnd end; // written by the code's own thread

    /**
     * Starts a call.
     *
     * @param call must not throw
     * @param notices is told of a thread that was left behind
     */
    CodeThread(String name, Supplier<CodeEnd> call, Consumer<RungNotice> notices) {
        this.call = call;
        this.notices = notices;
        thread = started(name, this::run);
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

    /** A thread of the same sort as its caller's: code that computes is on a platform thread. */
    private static Thread started(String name, Runnable work) {
        if (!Thread.currentThread().isVirtual()) {
            try {
                return Thread.ofPlatform()
                        .daemon()
                        .name(name)
                        .inheritInheritableThreadLocals(false)
                        .start(work);
            } catch (OutOfMemoryError noThread) {
                // the operating system gives no more of them
            }
        }
        return Thread.ofVirtual()
                .name(name)
                .inheritInheritableThreadLocals(false)
                .start(work);
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
            ended = !thread.isAlive();
        }
        if (!ended) {
            notices.accept(new RungNotice.Abandoned(thread.getName()));
        }
        return ended;
    }
}
