// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The words of a request that are its caller's. What a server says in them may be a quotation, which tells nothing of the
 * server. Case, white space and punctuation do not count.
 */
final class OwnWords {
    static final OwnWords NONE = new OwnWords("");

    /** The members whose values the API prescribes. */
    private static final Set<String> PRESCRIBED = Set.of(
            "type",
            "role",
            "model",
            "effort",
            "reasoning_effort",
            "service_tier",
            "tool_choice",
            "verbosity",
            "detail",
            "include");

    private static final String NAMES_OF_A_SCHEMA = "properties";
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}_]+");

    /** What is quoted stands between such marks, or at an end of the text. */
    private static final String MARKS = "'\"`:;()[]{}<>|\u2018\u2019\u201c\u201d\u00ab\u00bb\n";

    /** So many words beside a name make of it a quotation. */
    private static final int NEIGHBOURS = 2;

    private static final List<Pattern> WORDS_BEFORE =
            beside("(?:(?<![\\p{L}\\p{N}_])[\\p{L}\\p{N}_]{1,64}[^\\p{L}\\p{N}_]+){%d}$");
    private static final List<Pattern> WORDS_BEHIND = beside("^(?:[^\\p{L}\\p{N}_]+[\\p{L}\\p{N}_]{1,64}){%d}");

    private static final Pattern WORD_BEFORE = Pattern.compile("[\\p{L}\\p{N}_]{1,64}[^\\p{L}\\p{N}_]*$");
    private static final Pattern WORD_BEHIND = Pattern.compile("^[^\\p{L}\\p{N}_]*[\\p{L}\\p{N}_]{1,64}");

    /** More of a text is not looked at for the word beside a place. */
    private static final int MOST_BESIDE = 100;

    /** Each value on a line of its own, its words between single blanks. */
    private final String lines;

    private OwnWords(String lines) {
        this.lines = lines;
    }

    /** Those of a request as it is sent. */
    static OwnWords of(JsonNode body) {
        var lines = new StringBuilder("\n");
        collect(body, lines);
        return new OwnWords(lines.toString());
    }

    private static void collect(JsonNode node, StringBuilder lines) {
        if (node.isTextual()) {
            lines.append(folded(node.textValue())).append('\n');
        }
        if (!node.isObject()) {
            node.forEach(inner -> collect(inner, lines));
            return;
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            boolean isPrescribed =
                    PRESCRIBED.contains(member.getKey()) && !member.getValue().isObject();
            if (member.getKey().equals(NAMES_OF_A_SCHEMA)) {
                member.getValue()
                        .fieldNames()
                        .forEachRemaining(name -> lines.append(folded(name)).append('\n'));
            }
            if (!isPrescribed) {
                collect(member.getValue(), lines);
            }
        }
    }

    private static String folded(String text) {
        return " "
                + BETWEEN_WORDS
                        .matcher(text.toLowerCase(Locale.ROOT))
                        .replaceAll(" ")
                        .strip() + " ";
    }

    /** Whether the request has these words, one behind the other. */
    boolean say(String words) {
        String sought = folded(words);
        return !sought.isBlank() && lines.contains(sought);
    }

    /**
     * Whether a part of a server's text is said in the words of the request: with the word on either side of it, unless a
     * mark stands there.
     */
    boolean isQuoted(String text, int start, int end) {
        String part = text.substring(start, end);
        return say(part)
                && say(before(text.substring(Math.max(0, start - MOST_BESIDE), start))
                        + part
                        + behind(text.substring(end, Math.min(text.length(), end + MOST_BESIDE))));
    }

    private static String before(String text) {
        Matcher word = WORD_BEFORE.matcher(text);
        return word.find() && !hasMark(word.group()) ? word.group() : " ";
    }

    private static String behind(String text) {
        Matcher word = WORD_BEHIND.matcher(text);
        return word.find() && !hasMark(word.group()) ? word.group() : " ";
    }

    /**
     * Whether a name in a server's text stands in a quotation of the request: with its neighbours it is a whole value, or
     * stands between marks, or three words there are the request's. Servers and requests share single words by chance.
     */
    boolean isInQuotation(String text, int start, int end) {
        if (!say(text.substring(start, end))) {
            return false;
        }
        String before = text.substring(Math.max(0, start - MOST_BESIDE), start);
        String behind = text.substring(end, Math.min(text.length(), end + MOST_BESIDE));
        for (int left = 0; left <= NEIGHBOURS; left++) {
            for (int right = 0; left + right <= NEIGHBOURS; right++) {
                Matcher first = WORDS_BEFORE.get(left).matcher(before);
                Matcher last = WORDS_BEHIND.get(right).matcher(behind);
                if (first.find()
                        && last.find()
                        && isInQuotation(text, start - first.group().length(), end + last.end(), left + right)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isInQuotation(String text, int start, int end, int neighbours) {
        String stretch = text.substring(start, end);
        if (neighbours == NEIGHBOURS) {
            return say(stretch);
        }
        boolean isBetweenMarks = neighbours > 0 && isMark(text, start - 1) && isMark(text, end);
        return isBetweenMarks ? say(stretch) : lines.contains("\n" + folded(stretch) + "\n");
    }

    private static boolean hasMark(String text) {
        return text.chars().anyMatch(c -> MARKS.indexOf(c) >= 0);
    }

    private static boolean isMark(String text, int at) {
        return at < 0 || at >= text.length() || MARKS.indexOf(text.charAt(at)) >= 0;
    }

    private static List<Pattern> beside(String form) {
        return IntStream.rangeClosed(0, NEIGHBOURS)
                .mapToObj(words -> Pattern.compile(form.formatted(words)))
                .toList();
    }
}
