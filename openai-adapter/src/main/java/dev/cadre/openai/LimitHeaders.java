// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.http.Headers;
import dev.cadre.model.RateLimits;
import dev.cadre.model.RateLimits.Window;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the headers of a reply say about limits and waiting; whatever makes no sense counts as not said. */
final class LimitHeaders {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}(\\.\\d{1,9})?");

    /** The three that HTTP knows; of the last two, senders have long been told not to use them. */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.RFC_1123_DATE_TIME,
            DateTimeFormatter.ofPattern("EEEE, dd-MMM-yy HH:mm:ss 'GMT'", Locale.US)
                    .withZone(ZoneOffset.UTC),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC));

    private final Headers headers;

    LimitHeaders(Headers headers) {
        this.headers = headers;
    }

    RateLimits limits() {
        return new RateLimits(window("requests"), window("tokens"));
    }

    /** The least time to wait from now on, or null if no usable header asks for one. */
    @Nullable
    Duration retryAfter(InstantSource clock) {
        return first("retry-after-ms")
                .flatMap(millis -> decimal(millis, "0.001"))
                .or(() ->
                        first("retry-after").flatMap(wait -> decimal(wait, "1").or(() -> untilDate(wait, clock))))
                .orElse(null);
    }

    /** Whether the provider asks not to repeat the request. */
    boolean forbidsRetry() {
        return first("x-should-retry").filter("false"::equalsIgnoreCase).isPresent();
    }

    Optional<String> first(String name) {
        return headers.values(name).stream().map(String::strip).findFirst();
    }

    private Window window(String of) {
        Optional<String> stated = first("x-ratelimit-limit-" + of);
        long limit = stated.map(LimitHeaders::count).orElse(-1L);
        if (stated.isPresent() && limit <= 0) {
            return Window.UNKNOWN; // some hosts send -1 or 0 for "we do not say"
        }
        long remaining =
                first("x-ratelimit-remaining-" + of).map(LimitHeaders::count).orElse(-1L);
        Duration reset =
                first("x-ratelimit-reset-" + of).flatMap(GoDuration::parse).orElse(Duration.ZERO);
        return new Window(limit, remaining, reset);
    }

    private static long count(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
    }

    private static Optional<Duration> decimal(String text, String unitInSeconds) {
        return NUMBER.matcher(text).matches()
                ? GoDuration.sensible(
                        GoDuration.ofSeconds(new BigDecimal(text).multiply(new BigDecimal(unitInSeconds))))
                : Optional.empty();
    }

    private static Optional<Duration> untilDate(String text, InstantSource clock) {
        for (DateTimeFormatter form : DATES) {
            try {
                Duration wait = Duration.between(clock.instant(), form.parse(text, Instant::from));
                return wait.isNegative() ? Optional.of(Duration.ZERO) : GoDuration.sensible(wait);
            } catch (DateTimeException e) {
                // not in this form
            }
        }
        return Optional.empty();
    }
}
