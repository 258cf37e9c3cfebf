// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import java.time.Duration;

/** Something that happened on a rung and does not end it. */
public sealed interface RungNotice {
    /** Code ignored its interrupt and was left behind on this thread. */
    record Abandoned(String thread) implements RungNotice {}

    /** Code of a tool threw, also when it was closed; the model reads only that the tool failed, if anything. */
    record ToolFailed(String tool, Throwable thrown) implements RungNotice {}

    /** Plain code threw, and is called again after a delay; {@code failures} counts how often it threw. */
    record Retrying(int failures, Duration delay, Throwable thrown) implements RungNotice {}
}
