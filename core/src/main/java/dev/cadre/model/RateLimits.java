// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.time.Duration;
import java.util.Objects;

/** What a provider said about its limits with a reply or a refusal; learned, never assumed. */
public record RateLimits(Window requests, Window tokens) {
    public RateLimits {
        Objects.requireNonNull(requests, "the limit of requests is null: use Window.UNKNOWN");
        Objects.requireNonNull(tokens, "the limit of tokens is null: use Window.UNKNOWN");
    }

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
        public Window {
            Objects.requireNonNull(reset, "the time of reset is null: use Duration.ZERO");
        }

        public static final Window UNKNOWN = new Window(-1, -1, Duration.ZERO);

        public boolean isKnown() {
            return limitPerMinute > 0;
        }
    }
}
