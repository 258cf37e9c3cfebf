// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Interrupts its thread when a time has passed. The timeouts of many models end with the headers of a reply, and a body may
 * never come.
 */
final class TimeLimit {
    private final Thread caller = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private boolean passed;

    private TimeLimit() {}

    static TimeLimit begin(Duration limit) {
        var begun = new TimeLimit();
        Thread.ofVirtual().name("cadre-time-limit").start(() -> begun.watch(limit));
        return begun;
    }

    private void watch(Duration limit) {
        try {
            if (ended.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException nobodyDoes) {
            return;
        }
        lock.lock();
        try {
            if (ended.getCount() > 0) {
                passed = true;
                caller.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the watch and takes its interrupt back; to be called by the thread that began it. Returns whether the time passed. */
    boolean end() {
        lock.lock();
        try {
            if (passed && ended.getCount() > 0) {
                Thread.interrupted();
            }
            ended.countDown();
            return passed;
        } finally {
            lock.unlock();
        }
    }
}
