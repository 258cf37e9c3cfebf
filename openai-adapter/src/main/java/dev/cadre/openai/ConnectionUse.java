// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Response;

/** The last exchange on a connection, which decides whether another request may follow it. Safe for use by many threads. */
final class ConnectionUse {
    private static final Pattern TIMEOUT =
            Pattern.compile("(?:^|[\\s,;])timeout\\s*=\\s*\"?(\\d{1,6})", Pattern.CASE_INSENSITIVE);
    private static final long NOT_ENDED = Long.MIN_VALUE;

    private final boolean stream;
    private final int number;
    private final long longestIdleNanos;
    private volatile long endedAt = NOT_ENDED;

    private ConnectionUse(boolean stream, int number, long longestIdleNanos) {
        this.stream = stream;
        this.number = number;
        this.longestIdleNanos = longestIdleNanos;
    }

    /** @param number which exchange of its connection this is; 1 for the first */
    static ConnectionUse of(Response response, int number) {
        String type = response.header("Content-Type", "");
        boolean stream = type != null && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
        String keepAlive = response.header("Keep-Alive", "");
        return new ConnectionUse(stream, number, longestIdleNanos(keepAlive == null ? "" : keepAlive));
    }

    /** Less than the server states: its close and the next request must not meet on the way. */
    private static long longestIdleNanos(String keepAlive) {
        Matcher stated = TIMEOUT.matcher(keepAlive);
        if (!stated.find()) {
            return Long.MAX_VALUE;
        }
        long timeout = TimeUnit.SECONDS.toNanos(Long.parseLong(stated.group(1)));
        return timeout - Math.min(TimeUnit.SECONDS.toNanos(1), timeout / 2);
    }

    boolean isStream() {
        return stream;
    }

    /** Which exchange of its connection this is; 1 for the first. */
    int number() {
        return number;
    }

    /** How long the connection may be idle and still be used. */
    long longestIdleNanos() {
        return longestIdleNanos;
    }

    /** Begins the idle time. */
    void end(long nanoTime) {
        endedAt = nanoTime;
    }

    long idleNanos(long nanoTime) {
        long ended = endedAt;
        return ended == NOT_ENDED ? 0 : nanoTime - ended;
    }
}
