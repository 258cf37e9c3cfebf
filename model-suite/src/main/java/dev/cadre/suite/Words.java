// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The words and numbers of a text, for checks that do not depend on how it is written: case and punctuation do not count,
 * {@code two}, {@code 2} and {@code 2.00} are one number, and so are {@code 6,000} and {@code 6000}.
 */
final class Words {
    private static final Pattern WORD = Pattern.compile("\\d++(?:\\.\\d++)?|\\p{L}++");
    private static final Pattern THOUSANDS = Pattern.compile("(?<=\\d),(?=\\d{3}(?!\\d))");
    private static final List<String> SMALL = List.of(
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve");

    private final List<String> words;

    private Words(List<String> words) {
        this.words = words;
    }

    static Words of(String text) {
        var words = new ArrayList<String>();
        Matcher found =
                WORD.matcher(THOUSANDS.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(""));
        while (found.find()) {
            words.add(canonical(found.group()));
        }
        return new Words(words);
    }

    private static String canonical(String word) {
        if (Character.isDigit(word.charAt(0))) {
            var number = new BigDecimal(word).stripTrailingZeros();
            return number.toPlainString();
        }
        int small = SMALL.indexOf(word);
        return small < 0 ? word : Integer.toString(small);
    }

    /**
     * Whether one of the alternatives occurs.
     *
     * @param alternatives phrases with {@code |} between them; {@code *} at the end of a word stands for its rest, as in
     *     {@code complain*|money back}
     */
    boolean have(String alternatives) {
        List<List<String>> phrases =
                Stream.of(alternatives.split("\\|")).map(Words::phrase).toList();
        return phrases.stream().anyMatch(this::havePhrase);
    }

    /** A phrase as words; one that ends with {@code *} is the beginning of a word. */
    private static List<String> phrase(String phrase) {
        var parts = new ArrayList<String>();
        for (String part : phrase.strip().split("\\s+")) {
            List<String> words = of(part).words;
            parts.addAll(words);
            if (part.endsWith("*")) {
                parts.set(parts.size() - 1, parts.getLast() + "*");
            }
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a phrase without words: '%s'".formatted(phrase));
        }
        return parts;
    }

    private boolean havePhrase(List<String> phrase) {
        for (int from = 0; from + phrase.size() <= words.size(); from++) {
            if (havePhrase(phrase, from)) {
                return true;
            }
        }
        return false;
    }

    private boolean havePhrase(List<String> phrase, int from) {
        for (int i = 0; i < phrase.size(); i++) {
            String wanted = phrase.get(i);
            String word = words.get(from + i);
            boolean fits = wanted.endsWith("*")
                    ? word.startsWith(wanted.substring(0, wanted.length() - 1))
                    : word.equals(wanted);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Whether all words of the other text occur in a row. */
    boolean contain(Words other) {
        return !other.words.isEmpty() && havePhrase(other.words);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Words same && words.equals(same.words);
    }

    @Override
    public int hashCode() {
        return words.hashCode();
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
