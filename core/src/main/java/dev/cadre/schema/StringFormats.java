// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.Temporal;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The string formats of strict mode. A text that is too long for all of them is refused unread, because java.util.regex
 * takes a stack frame for each repetition of a group.
 */
final class StringFormats {
    private static final int MAX_CHARS = 320;

    private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

    private static final Map<String, Predicate<String>> BY_NAME = Map.of(
            "date", parsedBy(LocalDate::parse),
            "date-time", parsedBy(OffsetDateTime::parse),
            "time", like("([01]\\d|2[0-3]):[0-5]\\d:([0-5]\\d|60)(\\.\\d+)?([Zz]|[+-]([01]\\d|2[0-3]):[0-5]\\d)"),
            "duration", like("P(\\d+W|(?=.)(\\d+Y)?(\\d+M)?(\\d+D)?(T(?=.)(\\d+H)?(\\d+M)?(\\d+S)?)?)"),
            "uuid", like("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
            "email", like("[^\\s@]{1,64}@" + LABEL + "(\\." + LABEL + ")*"),
            "hostname", like("(?=.{1,253}$)" + LABEL + "(\\." + LABEL + ")*"),
            "ipv4", like(BYTE + "(\\." + BYTE + "){3}"),
            "ipv6", like("(?=.*:)[0-9A-Fa-f:.]{2,45}"));

    private StringFormats() {}

    static SortedSet<String> names() {
        return new TreeSet<>(BY_NAME.keySet());
    }

    /** Whether the text has the format, which must be one of {@link #names()}. */
    static boolean matches(String format, String text) {
        return text.length() <= MAX_CHARS
                && Objects.requireNonNull(BY_NAME.get(format), format).test(text);
    }

    private static Predicate<String> like(String regex) {
        return Pattern.compile(regex).asMatchPredicate();
    }

    private static Predicate<String> parsedBy(Function<String, Temporal> parse) {
        return text -> {
            try {
                return parse.apply(text) != null;
            } catch (DateTimeException e) {
                return false;
            }
        };
    }
}
