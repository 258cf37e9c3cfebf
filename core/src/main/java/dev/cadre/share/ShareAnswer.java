// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import java.time.Duration;
import java.util.List;

/**
 * The share of a holder, as the store has booked it.
 *
 * @param sequence the last request of the holder that is booked; another one than was sent if that is too old
 * @param share what the holder may use, in parts per million
 * @param due what it should have: if that is less, others wait for the rest; if it is more, it waits for others
 * @param others who else holds a share
 * @param limits what the provider has told any holder
 * @param pause the last pause that the provider has asked any holder for
 */
public record ShareAnswer(long sequence, int share, int due, List<Other> others, Limits limits, Pause pause) {
    /**
     * Another holder.
     *
     * @param sequence its last request
     * @param lease how long its share is nobody else's without a later request
     */
    public record Other(String holder, long sequence, Duration lease) {}

    /**
     * The limits of the account that a provider has reported, or -1 where it has reported none.
     *
     * @param version grows with each report
     */
    public record Limits(long version, long requestsPerMinute, long tokensPerMinute) {
        /** Nothing was reported. */
        public static final Limits NONE = new Limits(0, -1, -1);

        Limits after(ShareRequest.Heard heard) {
            if (heard.requestsPerMinute() < 0 && heard.tokensPerMinute() < 0) {
                return this;
            }
            return new Limits(
                    version + 1,
                    heard.requestsPerMinute() < 0 ? requestsPerMinute : heard.requestsPerMinute(),
                    heard.tokensPerMinute() < 0 ? tokensPerMinute : heard.tokensPerMinute());
        }
    }

    /**
     * A pause of the account.
     *
     * @param version grows with each pause
     * @param rest how long it still is, by the clock of the store; each holder takes each pause once, so that a clock that
     *     jumps prolongs it once
     */
    public record Pause(long version, Duration rest) {
        /** There was none. */
        public static final Pause NONE = new Pause(0, Duration.ZERO);
    }

    public ShareAnswer {
        others = List.copyOf(others);
    }
}
