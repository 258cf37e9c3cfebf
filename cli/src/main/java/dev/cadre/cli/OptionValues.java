// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.price.Money;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the values of options; every refusal names the option, the value and the limits. */
final class OptionValues {
    private static final BigDecimal MAX_USD = new BigDecimal("10000");
    private static final Duration MAX_DEADLINE = Duration.ofHours(24);
    private static final int MAX_SHOWN = 60;
    /** More in a row lead nowhere. */
    private static final int MOST_LINKS = 40;

    private OptionValues() {}

    /** Reads an exact amount of dollars above 0, at most 10,000 and with at most 12 decimals. */
    static Money usd(String option, String value) throws UsageException {
        // a plain decimal only: 1e999999999 is a number, too, and takes all memory to compare
        if (value.matches("[0-9]{1,12}(\\.[0-9]{1,12})?")) {
            var amount = new BigDecimal(value);
            if (amount.signum() > 0 && amount.compareTo(MAX_USD) <= 0) {
                return Money.usd(amount.toPlainString());
            }
        }
        throw refused(option, value, "an amount of USD above 0 and up to 10000, such as 0.25");
    }

    /** Reads a whole number. */
    static int count(String option, String value, int max) throws UsageException {
        return count(option, value, 1, max);
    }

    /** Reads a number within these limits. */
    static int count(String option, String value, int min, int max) throws UsageException {
        if (value.matches("[0-9]{1,9}")) {
            int count = Integer.parseInt(value);
            if (count >= min && count <= max) {
                return count;
            }
        }
        throw refused(option, value, "a whole number from %d to %d".formatted(min, max));
    }

    /** Reads a whole number of any sign, of at most 18 digits. */
    static long wholeNumber(String option, String value) throws UsageException {
        if (value.matches("-?[0-9]{1,18}")) {
            return Long.parseLong(value);
        }
        throw refused(option, value, "a whole number of at most 18 digits");
    }

    /** Reads a time such as {@code 500ms}, {@code 90s}, {@code 5m} or {@code 1h}; a bare number is seconds. */
    static Duration time(String option, String value) throws UsageException {
        String digits = value.replaceFirst("(ms|s|m|h)?$", "");
        if (digits.matches("[0-9]{1,9}")) {
            long number = Long.parseLong(digits);
            Duration time = switch (value.substring(digits.length())) {
                case "ms" -> Duration.ofMillis(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofSeconds(number);
            };
            if (time.isPositive() && time.compareTo(MAX_DEADLINE) <= 0) {
                return time;
            }
        }
        throw refused(option, value, "a time above 0 and up to 24h, such as 90s or 5m");
    }

    /** A time in the form in which it is typed. */
    static String typed(Duration time) {
        return time.toMillisPart() == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }

    /** Reads the name of a constant, in lower case. */
    static <E extends Enum<E>> E oneOf(String option, String value, E[] constants) throws UsageException {
        for (E constant : constants) {
            if (name(constant).equals(value)) {
                return constant;
            }
        }
        throw refused(
                option,
                value,
                "one of " + Arrays.stream(constants).map(OptionValues::name).collect(Collectors.joining(", ")));
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Reads a path; empty if there is none. */
    static Optional<Path> path(String option, String value) throws UsageException {
        try {
            return value.isEmpty() ? Optional.empty() : Optional.of(Path.of(value));
        } catch (InvalidPathException e) {
            throw refused(option, value, "a path");
        }
    }

    /** Reads a question about a code base. */
    static String question(String option, String text) throws UsageException {
        if (text.isBlank()) {
            throw new UsageException("empty_question", option + " is empty; say what to find");
        }
        if (text.length() > SearchQuestion.MAX_CHARACTERS) {
            throw new UsageException(
                    "bad_argument",
                    "%s has %d characters; at most %d are allowed"
                            .formatted(option, text.length(), SearchQuestion.MAX_CHARACTERS));
        }
        return text;
    }

    /** Reads the path of a folder that exists. */
    static Path folder(String option, String value) throws UsageException {
        try {
            Path folder = Path.of(value);
            if (!Files.exists(folder)) {
                throw new UsageException("no_such_folder", option + ": \"" + value + "\" does not exist");
            }
            if (!Files.isDirectory(folder)) {
                throw new UsageException("not_a_folder", option + ": \"" + value + "\" is not a folder");
            }
            return folder;
        } catch (InvalidPathException e) {
            throw new UsageException("no_such_folder", option + ": \"" + value + "\" is not a path");
        }
    }

    /** Refuses a file that is not there to be read. */
    static void requireReadable(String option, Path file) throws UsageException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new UsageException("no_such_file", option + ": \"" + file + "\" is not a file that can be read");
        }
    }

    /**
     * Refuses a file that another one is named for, or made for, by way of links too.
     *
     * @param what names the others in words
     */
    static void requireOther(String option, Path target, String what, List<Path> others) throws UsageException {
        if (others.stream().anyMatch(other -> isSame(other, target))) {
            throw new UsageException("bad_argument", "%s: \"%s\" is %s".formatted(option, target, what));
        }
    }

    /** Whether both are names of one file, or will be once it is made: by way of links, of their folders too. */
    private static boolean isSame(Path a, Path b) {
        try {
            return place(a, MOST_LINKS).equals(place(b, MOST_LINKS))
                    || (Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b));
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a file is below a folder, or will be once it is made, by way of links too. */
    static boolean isBelow(Path folder, Path file) {
        try {
            return place(file, MOST_LINKS).startsWith(place(folder, MOST_LINKS));
        } catch (IOException e) {
            return false;
        }
    }

    /** Where a file is, or will be once it is made. */
    private static Path place(Path file, int links) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null || Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        if (links > 0 && Files.isSymbolicLink(absolute)) {
            return place(parent.resolve(Files.readSymbolicLink(absolute)), links - 1);
        }
        return place(parent, links).resolve(absolute.getFileName()).normalize();
    }

    static UsageException refused(String option, String value, String allowed) {
        String shown = value.length() > MAX_SHOWN ? value.substring(0, MAX_SHOWN) + "..." : value;
        return new UsageException("bad_argument", option + ": \"" + shown + "\" is not " + allowed);
    }
}
