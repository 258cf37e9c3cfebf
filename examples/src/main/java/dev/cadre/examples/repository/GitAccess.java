// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Whether git may read a folder: found out once for all that one search asks git. Safe for many threads. */
final class GitAccess {
    private final int maxEntries;
    private final ReentrantLock asking = new ReentrantLock();
    private Optional<Optional<List<String>>> known = Optional.empty();

    GitAccess(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    /** Finds out what git needs to be told to read the folder; nothing if it must not. */
    interface Question {
        Optional<List<String>> ask() throws InterruptedException;
    }

    /** How many entries of the git folder are looked at. */
    int maxEntries() {
        return maxEntries;
    }

    /**
     * Returns what is known, or asks. Blocks while another thread asks, until the deadline; what is not known by then is
     * nothing for whoever asked, and open for others who have more time.
     */
    Optional<List<String>> once(Deadline deadline, Question question) throws InterruptedException {
        if (!asking.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
            return Optional.empty();
        }
        try {
            Optional<List<String>> found = known.isPresent() ? known.get() : question.ask();
            if (deadline.isOver()) {
                return Optional.empty();
            }
            known = Optional.of(found);
            return found;
        } finally {
            asking.unlock();
        }
    }
}
