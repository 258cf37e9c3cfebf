// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

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

/**
 * A time to wait, in one of the forms that providers give it: seconds, a span as Go prints it, a date of HTTP or of RFC
 * 3339, or the seconds or milliseconds since 1970.
 *
 * @param span the time from now on; zero for a point in time that has passed
 * @param precision the unit to which the provider has rounded it
 */
record HeaderTime(Duration span, Duration precision) {
    static final Duration MILLISECOND = Duration.ofMillis(1);
    static final Duration SECOND = Duration.ofSeconds(1);

    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}(\\.\\d{1,9})?");

    /** A number from here on is a point in time: as a span it would be 31 years. */
    private static final BigDecimal LEAST_EPOCH_SECONDS = new BigDecimal("1e9");

    private static final BigDecimal LEAST_EPOCH_MILLIS = new BigDecimal("1e12");

    /** RFC 3339, and the three forms of HTTP, the last two of which senders have long been told not to use. */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.ISO_OFFSET_DATE_TIME,
            DateTimeFormatter.RFC_1123_DATE_TIME,
            DateTimeFormatter.ofPattern("EEEE, dd-MMM-yy HH:mm:ss 'GMT'", Locale.US)
                    .withZone(ZoneOffset.UTC),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC));

    /** No limit of a provider is counted over longer: what claims to be is nonsense. */
    private static final Duration LONGEST_PERIOD = Duration.ofDays(1);

    /** Whether a limit may be counted anew after this time. */
    boolean isOfALimit() {
        return span.compareTo(LONGEST_PERIOD) <= 0;
    }

    /** The time in the text; empty if it is in no known form. */
    static Optional<HeaderTime> parse(String text, InstantSource clock) {
        if (NUMBER.matcher(text).matches()) {
            return Optional.of(ofNumber(new BigDecimal(text), clock));
        }
        return GoDuration.parse(text)
                .map(span -> new HeaderTime(span, MILLISECOND))
                .or(() -> ofDate(text, clock))
                .or(() -> WordedDuration.parse(text).map(span -> new HeaderTime(span, SECOND)));
    }

    /** The span in a number whose last digits are those behind the point of a second. */
    static Optional<Duration> ofCount(String text, int digits) {
        return NUMBER.matcher(text).matches()
                ? Optional.of(GoDuration.ofSeconds(new BigDecimal(text).movePointLeft(digits)))
                : Optional.empty();
    }

    /** The time in a text that is known to count milliseconds. */
    static Optional<HeaderTime> parseMillis(String text) {
        return NUMBER.matcher(text).matches()
                ? Optional.of(ofSeconds(new BigDecimal(text).movePointLeft(3)))
                : Optional.empty();
    }

    private static HeaderTime ofNumber(BigDecimal number, InstantSource clock) {
        if (number.compareTo(LEAST_EPOCH_MILLIS) >= 0) {
            return until(Instant.ofEpochMilli(number.longValue()), clock);
        }
        if (number.compareTo(LEAST_EPOCH_SECONDS) >= 0) {
            return until(Instant.ofEpochSecond(number.longValue()), clock);
        }
        return ofSeconds(number);
    }

    private static HeaderTime ofSeconds(BigDecimal seconds) {
        return new HeaderTime(GoDuration.ofSeconds(seconds), seconds.scale() > 0 ? MILLISECOND : SECOND);
    }

    private static Optional<HeaderTime> ofDate(String text, InstantSource clock) {
        for (DateTimeFormatter form : DATES) {
            try {
                return Optional.of(until(form.parse(text, Instant::from), clock));
            } catch (DateTimeException e) {
                // not in this form
            }
        }
        return Optional.empty();
    }

    private static HeaderTime until(Instant time, InstantSource clock) {
        Duration wait = Duration.between(clock.instant(), time);
        return new HeaderTime(wait.isNegative() ? Duration.ZERO : wait, SECOND);
    }
}
