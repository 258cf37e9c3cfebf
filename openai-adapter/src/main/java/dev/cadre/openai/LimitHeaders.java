// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.http.Headers;
import dev.cadre.model.RateLimits;
import dev.cadre.model.RateLimits.Window;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the headers of a reply say about limits and waiting; whatever makes no sense counts as not said. */
final class LimitHeaders {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}(\\.\\d{1,9})?");

    /** A duration as Go prints it: {@code 6m0s}, {@code 1.5s}, {@code 120ms}. */
    private static final Pattern GO_DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|µs|ms|s|m|h)");

    /** Longer than anyone waits, and short enough for arithmetic on nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(365);

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
        Duration reset = first("x-ratelimit-reset-" + of)
                .flatMap(LimitHeaders::goDuration)
                .orElse(Duration.ZERO);
        return new Window(limit, remaining, reset);
    }

    private static long count(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
    }

    static Optional<Duration> goDuration(String text) {
        Matcher part = GO_DURATION.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (end < text.length() && part.find(end) && part.start() == end) {
            sum = sum.plus(seconds(new BigDecimal(part.group(1)).multiply(unit(part.group(2)))));
            end = part.end();
        }
        return end == text.length() && end > 0 ? Optional.of(shortest(sum, LONGEST)) : Optional.empty();
    }

    private static BigDecimal unit(String name) {
        return new BigDecimal(
                switch (name) {
                    case "ns" -> "1e-9";
                    case "us", "µs" -> "1e-6";
                    case "ms" -> "1e-3";
                    case "s" -> "1";
                    case "m" -> "60";
                    case "h" -> "3600";
                    default -> throw new IllegalArgumentException("unknown unit of time: " + name);
                });
    }

    private static Optional<Duration> decimal(String text, String unitInSeconds) {
        return NUMBER.matcher(text).matches()
                ? Optional.of(shortest(seconds(new BigDecimal(text).multiply(new BigDecimal(unitInSeconds))), LONGEST))
                : Optional.empty();
    }

    private static Optional<Duration> untilDate(String text, InstantSource clock) {
        try {
            Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(clock.instant(), date);
            return Optional.of(wait.isNegative() ? Duration.ZERO : shortest(wait, LONGEST));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Duration seconds(BigDecimal seconds) {
        return Duration.ofSeconds(seconds.longValue())
                .plusNanos(seconds.remainder(BigDecimal.ONE)
                        .movePointRight(9)
                        .setScale(0, RoundingMode.CEILING)
                        .longValue());
    }

    private static Duration shortest(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
