// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The places for platform threads that perform the code of users: each takes a stack. A thread that was left behind gives
 * its place back although it goes on, as long as there are not too many of those. Safe for use by many threads.
 */
final class PlatformPlaces {
    /** Those of the process. */
    static final PlatformPlaces OF_PROCESS = new PlatformPlaces(256, 1_024);

    private static final Logger LOG = LoggerFactory.getLogger(PlatformPlaces.class);

    private final int most;
    private final int mostLeft;
    private int taken;
    private int left;
    private boolean isFullOfLeft;

    /**
     * Places, all of them free.
     *
     * @param most the threads at a time that nobody has left behind
     * @param mostLeft the threads at a time that were left behind and take no place
     */
    PlatformPlaces(int most, int mostLeft) {
        this.most = most;
        this.mostLeft = mostLeft;
    }

    int most() {
        return most;
    }

    /** How many are not free. */
    synchronized int taken() {
        return taken;
    }

    /** Empty if all are taken. */
    synchronized Optional<Place> take() {
        if (taken >= most) {
            return Optional.empty();
        }
        taken++;
        return Optional.of(new Place());
    }

    /** The place of one thread while it performs one piece of code. */
    final class Place {
        private boolean isLeft;
        private boolean isOver;

        private Place() {}

        /** Nobody waits for the thread any more. */
        void leave() {
            if (!isFree()) {
                LOG.warn(
                        "{} threads that ignored their interrupt are still at work in this process: further ones take the"
                                + " places of others, and code gets virtual threads when all are taken",
                        mostLeft);
            }
        }

        /** Whether the place is free from now on; true, too, if it need not be said again that it is not. */
        private boolean isFree() {
            synchronized (PlatformPlaces.this) {
                if (isLeft || isOver) {
                    return true;
                }
                if (left >= mostLeft) {
                    boolean isKnown = isFullOfLeft;
                    isFullOfLeft = true;
                    return isKnown;
                }
                isLeft = true;
                left++;
                taken--;
                return true;
            }
        }

        /** The code has ended. */
        void giveBack() {
            synchronized (PlatformPlaces.this) {
                if (isOver) {
                    return;
                }
                isOver = true;
                if (isLeft) {
                    left--;
                    isFullOfLeft = false;
                } else {
                    taken--;
                }
            }
        }
    }
}
