// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.SubtaskType;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that perform work: virtual ones for models, which wait; platform ones for plain code, which may compute and
 * would keep a carrier from the threads that wait for it. Safe for use by many threads.
 */
public final class RungThreads {
    /** Platform threads at a time in the process; beyond them code runs on virtual threads, because each takes a stack. */
    static final int MOST_PLATFORM = 256;

    private static final AtomicInteger PLATFORM = new AtomicInteger();

    private RungThreads() {}

    /** Starts work of this type. Does not block. */
    public static Thread start(String name, SubtaskType<?, ?> type, Runnable work) {
        return type.isModelWork() ? virtual(name, work) : computing(name, work);
    }

    static Thread virtual(String name, Runnable work) {
        return Thread.ofVirtual()
                .name(name)
                .inheritInheritableThreadLocals(false)
                .start(work);
    }

    private static Thread computing(String name, Runnable work) {
        if (PLATFORM.incrementAndGet() <= MOST_PLATFORM) {
            try {
                return PlatformThread.builder(name).start(() -> {
                    try {
                        work.run();
                    } finally {
                        PLATFORM.decrementAndGet();
                    }
                });
            } catch (OutOfMemoryError noThread) {
                // the operating system gives no more of them
            }
        }
        PLATFORM.decrementAndGet();
        return virtual(name, work);
    }
}
