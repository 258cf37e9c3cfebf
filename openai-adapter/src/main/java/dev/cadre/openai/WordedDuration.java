// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a span of time in words or letters: {@code 3 minutes}, {@code an hour}, {@code 1 hour and 5 min}, {@code 2h30m}. */
final class WordedDuration {
    private static final String NUMBER = "\\d{1,9}(?:\\.\\d{1,9})?";
    private static final String ONE = "(?<![A-Za-z])(?:an?|one) ";
    private static final String UNIT =
            "m(?:illi)?s(?:ec(?:ond)?s?)?|s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?" + "|h(?:(?:ou)?rs?)?|d(?:ays?)?";
    private static final String PART = "(?:" + NUMBER + " ?|" + ONE + ")(?:" + UNIT + ")(?![A-Za-z])";

    /** Of a few parts only: the engine takes a frame of the stack for each. No group in it is numbered. */
    static final String FORM = PART + "(?:(?:,? and |, | )?" + PART + "){0,7}";

    private static final Pattern WHOLE = Pattern.compile(FORM, Pattern.CASE_INSENSITIVE);

    private static final Pattern NEXT =
            Pattern.compile("(?:(" + NUMBER + ") ?|" + ONE + ")(" + UNIT + ")(?![A-Za-z])", Pattern.CASE_INSENSITIVE);

    private WordedDuration() {}

    /** The span that the text is; empty if it is of another form. */
    static Optional<Duration> parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        Duration sum = Duration.ZERO;
        Matcher part = NEXT.matcher(text);
        while (part.find()) {
            @Nullable String count = part.group(1);
            BigDecimal number = count == null ? BigDecimal.ONE : new BigDecimal(count);
            sum = sum.plus(GoDuration.ofSeconds(number.multiply(seconds(part.group(2)))));
        }
        return Optional.of(sum);
    }

    private static BigDecimal seconds(String unit) {
        String name = unit.toLowerCase(Locale.ROOT);
        return new BigDecimal(
                switch (name.charAt(0)) {
                    case 's' -> "1";
                    case 'm' -> name.startsWith("ms") || name.startsWith("milli") ? "0.001" : "60";
                    case 'h' -> "3600";
                    default -> "86400";
                });
    }
}
