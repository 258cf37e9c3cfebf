// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import dev.cadre.json.JsonText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.regex.Pattern;

/**
 * The passages that a model cited, out of those that it was shown. The quotes are copied, so none can be wrong.
 *
 * <p>A model should cite numbers. Some write {@code "[3]"}, or the words of a passage, and these mean what they say.
 */
final class CitedPassages {
    /** More are no help to a reader. */
    static final int MAX = 1_000;

    /** A shorter text occurs anywhere. */
    private static final int LEAST_QUOTE_CHARS = 4;

    private static final String AS_TEXT = "citations came as text, such as \"[3]\", and were read as numbers";
    private static final String AS_WORDS = "citations came as words, and were looked for in the passages";

    private static final Pattern ONLY_NUMBERS =
            Pattern.compile("[^\\p{L}\\d]{0,9}\\d{1,9}(?:[^\\p{L}\\d]{1,9}\\d{1,9}){0,99}[^\\p{L}\\d]{0,9}");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern BLANKS = Pattern.compile("[\\s\\h]+");
    private static final Pattern DASHES = Pattern.compile("[\\u2010-\\u2015\\u2212]");
    private static final Pattern SINGLE_QUOTES = Pattern.compile("[\\u2018\\u2019\\u201b]");
    private static final Pattern DOUBLE_QUOTES = Pattern.compile("[\\u201c-\\u201f\\u00ab\\u00bb]");

    /** What a model sets around a quote or at its end: marks of the sentence, not of what is quoted. */
    private static final String ENDS = "\"'.,;:!?\u2026 ";

    private final Map<Integer, Citation> shown;
    /** The passages as words are looked for in them: made once, because a model may quote a thousand times. */
    private final Map<Integer, String> normalized;

    private final SequencedSet<Integer> numbers = new LinkedHashSet<>();
    private final SequencedSet<String> notes = new LinkedHashSet<>();

    private CitedPassages(Map<Integer, Citation> shown, Map<Integer, String> normalized) {
        this.shown = shown;
        this.normalized = normalized;
    }

    /**
     * @param shown the passages that the model was shown, by number
     * @param cited what it wrote
     */
    static CitedPassages of(Map<Integer, Citation> shown, List<Json> cited) {
        return of(shown, cited, new HashMap<>());
    }

    /**
     * The same for one of several lists over the same passages.
     *
     * @param searchable the same map for all lists, empty at first
     */
    static CitedPassages of(Map<Integer, Citation> shown, List<Json> cited, Map<Integer, String> searchable) {
        var passages = new CitedPassages(shown, searchable);
        cited.stream().limit(MAX).forEach(passages::add);
        if (cited.size() > MAX) {
            passages.notes.add("%,d citations beyond %,d were dropped".formatted(cited.size() - MAX, MAX));
        }
        return passages;
    }

    /** Each passage once, in the order in which they were cited. */
    List<Citation> citations() {
        var citations = new ArrayList<Citation>();
        numbers.forEach(
                number -> citations.add(Optional.ofNullable(shown.get(number)).orElseThrow()));
        return citations;
    }

    /** Their numbers, in the same order. */
    List<Integer> numbers() {
        return List.copyOf(numbers);
    }

    /** What was dropped or read with tolerance, each kind once. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    private void add(Json cited) {
        List<Integer> named = named(cited);
        if (named.isEmpty()) {
            notes.add("a citation was dropped, because it names no passage that was shown: " + JsonText.excerpt(cited));
        }
        numbers.addAll(named);
    }

    /** The passages that are meant; none if one of them was not shown. */
    private List<Integer> named(Json cited) {
        return switch (cited) {
            case Json.Num number -> shown(number.value());
            case Json.Str string -> named(string.value());
            case Json.Obj object -> named(object);
            case Json.Arr array -> List.of();
            case Json.Bool bool -> List.of();
            case Json.Null none -> List.of();
        };
    }

    /** An object with a number, or with a quote, which is its longest text. */
    private List<Integer> named(Json.Obj object) {
        var values = object.fields().values();
        return values.stream()
                .filter(Json.Num.class::isInstance)
                .findFirst()
                .or(() -> values.stream()
                        .filter(Json.Str.class::isInstance)
                        .max(Comparator.comparingLong(JsonText::size)))
                .map(this::named)
                .orElse(List.of());
    }

    private List<Integer> shown(BigDecimal number) {
        try {
            int exact = number.intValueExact();
            return shown.containsKey(exact) ? List.of(exact) : List.of();
        } catch (ArithmeticException tooLargeOrBroken) {
            return List.of();
        }
    }

    private List<Integer> named(String text) {
        if (ONLY_NUMBERS.matcher(text).matches()) {
            List<Integer> numbers = NUMBER.matcher(text)
                    .results()
                    .map(match -> Integer.valueOf(match.group()))
                    .toList();
            if (shown.keySet().containsAll(numbers)) {
                notes.add(AS_TEXT);
                return numbers;
            }
        }
        return quoted(text);
    }

    /**
     * The first passage in which the words occur, whatever their case, white space, dashes, quotation marks and last sign:
     * a model that changes one of these still quotes.
     */
    private List<Integer> quoted(String words) {
        var wanted = withoutEnds(normalized(words));
        if (wanted.length() < LEAST_QUOTE_CHARS) {
            return List.of();
        }
        for (var entry : shown.entrySet()) {
            String text = normalized.computeIfAbsent(
                    entry.getKey(), number -> normalized(entry.getValue().quote()));
            if (text.contains(wanted)) {
                notes.add(AS_WORDS);
                return List.of(entry.getKey());
            }
        }
        return List.of();
    }

    private static String withoutEnds(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && ENDS.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && ENDS.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }

    private static String normalized(String text) {
        String plain = DASHES.matcher(text).replaceAll("-");
        plain = SINGLE_QUOTES.matcher(plain).replaceAll("'");
        plain = DOUBLE_QUOTES.matcher(plain).replaceAll("\"");
        return BLANKS.matcher(plain).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    }
}
