// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.Identifiers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a question names letter by letter: words that only code writes like this, and what stands in quotes.
 *
 * @param names identifiers, such as {@code parseInt}, {@code max_size} and any word in back-ticks
 * @param texts quoted texts that are no identifiers, such as an error message
 * @param rest the question without these texts
 */
record Mentions(List<String> names, List<String> texts, String rest) {
    private static final int MIN_CHARACTERS = 3;
    private static final int MAX_TEXT_CHARACTERS = 200;

    /** Signs that open a quotation, each with the one that closes it at the same place of the other string. */
    private static final String OPENING = "`\"'\u201c\u00ab";

    private static final String CLOSING = "`\"'\u201d\u00bb";

    Mentions {
        names = List.copyOf(names);
        texts = List.copyOf(texts);
    }

    static Mentions of(String question) {
        Set<String> names = new LinkedHashSet<>();
        Set<String> texts = new LinkedHashSet<>();
        var rest = new StringBuilder(question);
        for (int at = 0; at < question.length(); at++) {
            int end = endOfQuotation(question, at);
            if (end - at <= MIN_CHARACTERS) {
                continue;
            }
            String quoted = question.substring(at + 1, end);
            if (isName(quoted)) {
                names.add(withoutMarks(quoted));
            } else if (quoted.length() <= MAX_TEXT_CHARACTERS) {
                texts.add(quoted);
                rest.replace(at, end, " ".repeat(end - at));
            }
            at = end;
        }
        Identifiers.scan(rest.toString(), 0, rest.length(), (start, end) -> {
            String word = question.substring(start, end);
            if (end - start >= MIN_CHARACTERS && (isMixed(word) || isMarked(question, start, end))) {
                names.add(word);
            }
        });
        return new Mentions(List.copyOf(names), List.copyOf(texts), rest.toString());
    }

    /** Returns where the quotation closes that opens here, or -1; an apostrophe inside a word opens and closes nothing. */
    private static int endOfQuotation(String text, int at) {
        int kind = OPENING.indexOf(text.charAt(at));
        if (kind < 0 || isLetterAt(text, at - 1)) {
            return -1;
        }
        int end = at + 1;
        do {
            end = text.indexOf(CLOSING.charAt(kind), end + 1);
        } while (end >= 0 && isLetterAt(text, end + 1));
        return end;
    }

    private static boolean isLetterAt(String text, int at) {
        return at >= 0 && at < text.length() && Character.isLetterOrDigit(text.charAt(at));
    }

    private static boolean isName(String quoted) {
        String bare = withoutMarks(quoted);
        return Identifiers.in(bare).equals(List.of(bare));
    }

    /** {@code @JsonCreator} and {@code close()} name what is defined without these signs. */
    private static String withoutMarks(String name) {
        String start = name.startsWith("@") || name.startsWith("#") ? name.substring(1) : name;
        return start.endsWith("()") ? start.substring(0, start.length() - 2) : start;
    }

    /** Whether a word is written as only names in code are. */
    private static boolean isMixed(String word) {
        if (word.indexOf('_') > 0) {
            return true;
        }
        for (int i = 1; i < word.length(); i++) {
            if (Character.isUpperCase(word.charAt(i)) && Character.isLowerCase(word.charAt(i - 1))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the signs around a word mark it as code: an annotation, a call, a dot or a hash inside a chain. */
    private static boolean isMarked(String text, int start, int end) {
        char before = start > 0 ? text.charAt(start - 1) : ' ';
        char after = end < text.length() ? text.charAt(end) : ' ';
        boolean chained =
                (before == '.' || before == '#' || before == ':') && start > 1 && isPartOfChain(text.charAt(start - 2));
        return before == '@' || before == '`' || after == '`' || after == '(' || chained;
    }

    private static boolean isPartOfChain(char c) {
        return Character.isLetterOrDigit(c) || c == ':' || c == ')';
    }
}
