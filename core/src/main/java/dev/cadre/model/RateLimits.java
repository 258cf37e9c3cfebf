// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.time.Duration;

/** What a provider said about its limits with a reply or a refusal; learned, never assumed. */
public record RateLimits(Window requests, Window tokens) {
    /** Nothing was said. */
    public static final RateLimits UNKNOWN = new RateLimits(Window.UNKNOWN, Window.UNKNOWN);

    /**
     * One limit.
     *
     * @param limitPerMinute the allowance of a minute, or -1 if unknown
     * @param remaining what is left of it, or -1 if unknown
     * @param reset the time until it is whole again; zero if unknown
     */
    public record Window(long limitPerMinute, long remaining, Duration reset) {
        public static final Window UNKNOWN = new Window(-1, -1, Duration.ZERO);

        public boolean isKnown() {
            return limitPerMinute > 0;
        }
    }
}
