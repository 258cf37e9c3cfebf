// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How one call of plain code ended. */
sealed interface CodeEnd {
    /** With what it returned, which nobody has checked. */
    record Returned(@Nullable Object value) implements CodeEnd {}

    /** By an exception, which may be an interrupt. */
    record Threw(Throwable thrown) implements CodeEnd {}

    /** By an interrupt when its time was over, or not at all. */
    record TimedOut(Duration timeout) implements CodeEnd {
        /** One line for people. */
        String message() {
            return "the code did not end within %s".formatted(timeout);
        }
    }

    /** Before it began. */
    record NotBegun(RungEnd end) implements CodeEnd {}
}
