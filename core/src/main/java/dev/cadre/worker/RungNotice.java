// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import java.time.Duration;
import java.util.function.Supplier;

/** Something that happens on a rung and does not end it. */
public sealed interface RungNotice {
    /**
     * The rung enters code of a user that may hang, or has left it.
     *
     * @param place where it is now, in words for people, and empty if it has left the code; may be asked by any thread
     */
    record In(Supplier<String> place) implements RungNotice {
        /** It has left the code. */
        static final In NOTHING = new In(() -> "");

        static In code(String place) {
            return new In(() -> place);
        }
    }

    /** Code ignored its interrupt and was left behind on this thread. */
    record Abandoned(String thread) implements RungNotice {}

    /** Code of a tool threw, also when it was closed; the model reads only that the tool failed, if anything. */
    record ToolFailed(String tool, Throwable thrown) implements RungNotice {}

    /** Plain code threw, and is called again after a delay; {@code failures} counts how often it threw. */
    record Retrying(int failures, Duration delay, Throwable thrown) implements RungNotice {}
}
