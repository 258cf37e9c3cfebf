// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.time.Duration;
import java.util.Objects;

/** The rate limits that a provider reported with a reply or a refusal; learned, never assumed. */
public record RateLimits(Window requests, Window tokens) {
    public RateLimits {
        Objects.requireNonNull(requests, "the limit of requests is null: use Window.UNKNOWN");
        Objects.requireNonNull(tokens, "the limit of tokens is null: use Window.UNKNOWN");
    }

    /** No reported limits. */
    public static final RateLimits UNKNOWN = new RateLimits(Window.UNKNOWN, Window.UNKNOWN);

    /**
     * One rate limit.
     *
     * @param limitPerMinute the allowance for a minute, or -1 if it is unknown or counted over a longer period
     * @param remaining the remaining allowance, or -1 if unknown
     * @param reset the time until the whole allowance is available again; zero if unknown
     */
    public record Window(long limitPerMinute, long remaining, Duration reset) {
        public Window {
            Objects.requireNonNull(reset, "the time of reset is null: use Duration.ZERO");
        }

        public static final Window UNKNOWN = new Window(-1, -1, Duration.ZERO);

        public boolean isKnown() {
            return limitPerMinute > 0;
        }
    }
}
