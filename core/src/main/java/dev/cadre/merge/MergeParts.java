// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.AttemptListener;
import java.util.Optional;

/**
 * The parts of a merge whose calls run beside each other, or which a later session need not pay for again. For mergers
 * that call models several times. Safe for use by many threads.
 */
@FunctionalInterface
public interface MergeParts {
    /** One part. For one thread at a time. */
    interface Part {
        /** What an earlier session kept of the same part; empty if there is none. */
        Optional<String> recall();

        /** The listener for the attempts of this part alone, which follow each other. */
        AttemptListener attempts();

        /**
         * Makes the result of the part durable, if the run has a journal. Blocks until it is. A text that the journal cannot
         * take is not kept, and a later session pays for the part again.
         */
        void keep(String result);
    }

    /**
     * A part of the merge. Does not block.
     *
     * @param number unique in the merge, at least 0
     * @param question everything that its result depends on, besides the models: a part of another question is another one
     */
    Part part(int number, String question);

    /** Parts of a merge without a journal that tell their attempts to one listener, one at a time. */
    static MergeParts telling(AttemptListener attempts) {
        var oneAtATime = new AttemptListener() {
            @Override
            public synchronized void on(AttemptEvent attempt) {
                attempts.on(attempt);
            }
        };
        return (number, question) -> new Part() {
            @Override
            public Optional<String> recall() {
                return Optional.empty();
            }

            @Override
            public AttemptListener attempts() {
                return oneAtATime;
            }

            @Override
            public void keep(String result) {}
        };
    }
}
