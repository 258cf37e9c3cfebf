// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import dev.cadre.redact.TokenShape.Place;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A scanner for the tokens of issuers in one text, used from its beginning to its end.
 *
 * <p>A result for a run of characters is an upper bound for each suffix of it, so a run full of prefixes is read a few
 * times and not once for each prefix. Used by one thread.
 */
final class TokenScan {
    /**
     * The escapes of line ends and signs in JSON, YAML, code, mail and URLs. {@code \\a} is none: folders begin with
     * it.
     */
    private static final String SIGN = "\\\\(?:[befnrtv]|[0-7]{1,3}|x\\p{XDigit}{2}|u\\p{XDigit}{4}|U\\p{XDigit}{8})"
            + "|%(?:25)*\\p{XDigit}{2}|=[0-9A-F]{2}|&#x?\\p{XDigit}{1,6}";

    /** The terminal escapes of colours, with or without their escape character, and of clearing a line. */
    private static final String COLOUR = "\\[[0-9;]{1,9}[A-Za-z]|(?:\\x1b|1[bB]|33|\\\\e)\\[[A-Za-z]";

    private static final Pattern ESCAPE = Pattern.compile("(?:" + SIGN + "|" + COLOUR + ")\\z");
    private static final int MAX_ESCAPE_CHARACTERS = 11;
    private static final String ESCAPE_SIGNS = "\\%=#[";

    private final String text;
    private final Map<Alphabet, Run> runs = new EnumMap<>(Alphabet.class);

    /** A run of characters of one alphabet, with upper bounds for its suffixes. */
    private record Run(int from, int end, Likeness likeness, int dots) {
        static final Run NONE = new Run(0, -1, Likeness.WORDS, 0);

        boolean isLike(TokenShape shape, Likeness least) {
            return likeness.compareTo(least) >= 0 && dots >= shape.dots();
        }
    }

    TokenScan(String text) {
        this.text = text;
    }

    /** Whether something that is almost certainly a token begins here. */
    boolean isSure(int at) {
        for (TokenShape shape : TokenShape.startingAt(text, at)) {
            if (text.startsWith(shape.prefix(), at)
                    && mayBe(shape, at, shape.sure(), Likeness.RANDOM)
                    && isLike(shape, at, sureAt(shape, at))) {
                return true;
            }
        }
        return false;
    }

    private Likeness sureAt(TokenShape shape, int at) {
        if (shape.place() == Place.NOWHERE) {
            return Likeness.RANDOM;
        }
        return beginsWord(0, at) ? Likeness.DENSE : insideWord(shape, at);
    }

    /**
     * The index after the text that begins here and looks like a token, or this index if there is none.
     *
     * @param shown the index at which the text begins that is not masked yet: text before it is not part of a word
     */
    int end(int shown, int at) {
        for (TokenShape shape : TokenShape.startingAt(text, at)) {
            if (text.startsWith(shape.prefix(), at)
                    && mayBe(shape, at, shape.masked(), Likeness.WORDS)
                    && isLike(shape, at, maskedAt(shape, shown, at))) {
                return endOfStars(shape, run(shape, at).end);
            }
        }
        return at;
    }

    private Likeness maskedAt(TokenShape shape, int shown, int at) {
        return shape.place() == Place.NOWHERE || beginsWord(shown, at) ? Likeness.WORDS : insideWord(shape, at);
    }

    /**
     * For a prefix that occurs in data: the exact length of its issuer. For one that occurs in words: unlike any word.
     */
    private Likeness insideWord(TokenShape shape, int at) {
        if (shape.place() == Place.WORD) {
            return Likeness.MIXED;
        }
        int end = run(shape, at).end;
        boolean goesOn = end < text.length() && Alphabet.BASE64.has(text.charAt(end));
        return end - shape.body(at) == shape.sure() && !goesOn ? Likeness.RANDOM : Likeness.NEVER;
    }

    /** A letter that ends an escape is not part of the word after it. */
    private boolean beginsWord(int shown, int at) {
        return at == shown || !Alphabet.isLetterOrDigit(text.charAt(at - 1)) || isBehindEscape(shown, at);
    }

    private boolean isBehindEscape(int shown, int at) {
        int first = Math.max(shown, at - MAX_ESCAPE_CHARACTERS);
        int sign = at - 1;
        while (sign > first && (Alphabet.isLetterOrDigit(text.charAt(sign)) || text.charAt(sign) == ';')) {
            sign--;
        }
        return ESCAPE_SIGNS.indexOf(text.charAt(sign)) >= 0
                && ESCAPE.matcher(text).region(first, at).find();
    }

    /** Whether this is long enough and, by the known upper bound, random enough. */
    private boolean mayBe(TokenShape shape, int at, int length, Likeness least) {
        Run run = run(shape, at);
        return run.end - shape.body(at) >= length && run.isLike(shape, least);
    }

    private boolean isLike(TokenShape shape, int at, Likeness least) {
        return run(shape, at).isLike(shape, least) && look(shape, at).isLike(shape, least);
    }

    private Run run(TokenShape shape, int at) {
        int from = shape.body(at);
        Run last = runs.getOrDefault(shape.alphabet(), Run.NONE);
        if (from >= last.from && from <= last.end) {
            return last;
        }
        return keep(shape, new Run(from, shape.alphabet().end(text, from), Likeness.MIXED, Integer.MAX_VALUE));
    }

    private Run look(TokenShape shape, int at) {
        int from = shape.body(at);
        int end = run(shape, at).end;
        return keep(shape, new Run(from, end, Likeness.of(text, from, end), dots(from, end)));
    }

    private Run keep(TokenShape shape, Run run) {
        runs.put(shape.alphabet(), run);
        return run;
    }

    private int dots(int from, int end) {
        int dots = 0;
        for (int at = from; at < end; at++) {
            dots += text.charAt(at) == '.' ? 1 : 0;
        }
        return dots;
    }

    /** The index after a masked key, of which a provider shows the ends and stars between them. */
    private int endOfStars(TokenShape shape, int from) {
        int end = from;
        while (end < text.length()
                && (text.charAt(end) == '*' || shape.alphabet().has(text.charAt(end)))) {
            end++;
        }
        return end;
    }
}
