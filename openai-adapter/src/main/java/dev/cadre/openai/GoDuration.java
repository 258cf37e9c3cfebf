// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a span of time as Go prints it, which is how the provider does: {@code 6m0s}, {@code 1.5s}, {@code 120ms}. */
final class GoDuration {
    private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|µs|ms|s|m|h)");

    private GoDuration() {}

    /** The span in the text; empty if it is of another form. */
    static Optional<Duration> parse(String text) {
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (end < text.length() && part.find(end) && part.start() == end) {
            sum = sum.plus(ofSeconds(new BigDecimal(part.group(1)).multiply(unit(part.group(2)))));
            end = part.end();
        }
        return end == text.length() && end > 0 ? Optional.of(sum) : Optional.empty();
    }

    static Duration ofSeconds(BigDecimal seconds) {
        return Duration.ofSeconds(seconds.longValue())
                .plusNanos(seconds.remainder(BigDecimal.ONE)
                        .movePointRight(9)
                        .setScale(0, RoundingMode.CEILING)
                        .longValue());
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
}
