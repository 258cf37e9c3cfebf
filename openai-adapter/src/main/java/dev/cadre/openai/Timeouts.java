// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.RequestOptions;
import com.openai.core.Timeout;
import java.time.Duration;

/**
 * How long an exchange may take, in the SDK's terms.
 *
 * <p>One limit on the whole bounds every read and write in it. Limits of their own would be the same time again, and OkHttp
 * keeps those of all calls in one sorted list, which a thousand calls in parallel paid a third of their CPU time for.
 */
final class Timeouts {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    private Timeouts() {}

    static RequestOptions of(Duration whole) {
        return of(whole, Duration.ZERO);
    }

    /** For a body that may take long, as long as it moves. */
    static RequestOptions ofFile(Duration whole) {
        return of(whole, IDLE);
    }

    /** @param idle how long nothing may move; zero for as long as the whole may take */
    private static RequestOptions of(Duration whole, Duration idle) {
        Duration timeout = atLeast(SHORTEST, atMost(LONGEST, whole));
        return RequestOptions.builder()
                .timeout(Timeout.builder()
                        .connect(atMost(CONNECT, timeout))
                        .read(idle)
                        .write(idle)
                        .request(timeout)
                        .build())
                .build();
    }

    private static Duration atMost(Duration limit, Duration time) {
        return time.compareTo(limit) > 0 ? limit : time;
    }

    private static Duration atLeast(Duration limit, Duration time) {
        return time.compareTo(limit) < 0 ? limit : time;
    }
}
