// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import java.util.function.BooleanSupplier;

/**
 * A text that stops whoever reads it when their time is over or their thread is interrupted, since a regular expression
 * engine looks at neither. Not safe for use by several threads.
 */
final class WatchedText implements CharSequence {
    /** Reading was stopped; the flag of an interrupt is still set. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped while reading a text", null, false, false);
        }
    }

    private static final int READS_BETWEEN_LOOKS = 4096;

    private final String text;
    private final BooleanSupplier overTime;
    private int reads;

    WatchedText(String text, BooleanSupplier overTime) {
        this.text = text;
        this.overTime = overTime;
    }

    @Override
    public char charAt(int index) {
        if (++reads % READS_BETWEEN_LOOKS == 0) {
            look();
        }
        return text.charAt(index);
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted of yield
    private void look() {
        if (Thread.currentThread().isInterrupted() || overTime.getAsBoolean()) {
            throw new Stopped();
        }
        Thread.yield(); // virtual threads are not preempted: searches must not keep the others from running
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
