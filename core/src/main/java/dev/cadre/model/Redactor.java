// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps keys out of what is told: messages of failures, and with them results, events, journals and logs.
 *
 * <p>Every failure that Cadre makes goes through {@link #SHAPES} as it is made, so nothing that passes it on has to. A
 * client that holds a key uses one {@linkplain #of of its own}, which knows the key by heart. What a run computes with
 * is left alone: goals, plans, inputs and outputs are the user's data, stand in requests and journals as they are, and a
 * changed one would be another value with another fingerprint. Cleaning twice changes nothing. Immutable and safe for use
 * by many threads.
 */
public final class Redactor {
    /**
     * Knows keys by their shape alone: {@code sk-} with eight characters or more behind it, tokens with the prefix of another
     * well-known issuer, JSON web tokens, private keys, and bearer tokens.
     */
    public static final Redactor SHAPES;

    /** The most characters that {@link #quote} returns. */
    public static final int MAX_QUOTE_CHARS = 300;

    private static final int MAX_CAUSES = 8;
    private static final String MASK = "[redacted]";

    /** A shorter key is a stand-in for a server that wants none; masking "x" would spoil every message. */
    private static final int LEAST_KEY_CHARS = 8;

    // each alternative begins where no other could: the time is linear in the text, which may be megabytes of a page
    /** The blank may be written as URLs, JSON and pages do. */
    private static final String BEARER = "(?i:bearer)(?:\\s++|&#?\\w{1,6};|(?=[\\\\%&=+]))[^\\s\"',;]{4,}+";

    /** A provider's own masked form, which shows the ends of a key. */
    private static final String MASKED = "(?<![A-Za-z0-9_-])[A-Za-z0-9_-]*+\\*{3,}[A-Za-z0-9_*-]*+";

    static {
        SHAPES = new Redactor(List.of(), Pattern.compile(BEARER));
    }

    private final List<Pattern> literals;
    private final Pattern shapes;

    private Redactor(List<Pattern> literals, Pattern shapes) {
        this.literals = literals;
        this.shapes = shapes;
    }

    /**
     * Knows a key in every form that URLs and JSON give it, keys by their shape, and masked keys that show their ends. A
     * key of fewer than eight characters is not looked for.
     */
    public static Redactor of(String key) {
        return new Redactor(formsOf(key), Pattern.compile(BEARER + "|" + MASKED));
    }

    private static List<Pattern> formsOf(String key) {
        if (key.length() < LEAST_KEY_CHARS) {
            return List.of();
        }
        Pattern plain = Pattern.compile(key, Pattern.LITERAL);
        String inUrl = URLEncoder.encode(key, StandardCharsets.UTF_8);
        return inUrl.equals(key)
                ? List.of(plain)
                : List.of(plain, Pattern.compile(inUrl, Pattern.LITERAL), inJson(key));
    }

    /** A JSON text in a JSON text in a JSON text has the backslashes of each. */
    private static Pattern inJson(String key) {
        var pattern = new StringBuilder();
        key.replaceAll("\\\\+", "\\\\").codePoints().forEach(character -> {
            switch (character) {
                case '\\' -> pattern.append("\\\\++"); // however many there were
                case '"', '/' -> pattern.append("\\\\*+").appendCodePoint(character);
                default -> pattern.append(Pattern.quote(Character.toString(character)));
            }
        });
        // from the first of many backslashes alone: each of them would look at all the others
        String once = pattern.indexOf("\\\\") == 0 ? "(?<!\\\\)" : "";
        return Pattern.compile(once + pattern);
    }

    /** This one, knowing one more secret by heart, such as that of a server which is called by way of the provider. */
    public Redactor alsoHiding(String secret) {
        var more = new ArrayList<>(literals);
        more.addAll(formsOf(secret));
        return new Redactor(List.copyOf(more), shapes);
    }

    /**
     * The text without the keys that this one knows by heart; what merely looks like one stays, because it may be somebody's
     * data.
     */
    public String mask(String text) {
        String masked = text;
        for (Pattern literal : literals) {
            masked = literal.matcher(masked).replaceAll(MASK);
        }
        return masked;
    }

    /** The text without keys. Takes time linear in it. */
    public String clean(String text) {
        // tokens first: what is behind "bearer" may be one that is masked already
        return shapes.matcher(SecretShapes.replacedIn(mask(text), MASK)).replaceAll(MASK);
    }

    /** The text without keys and without what steers or hides, on one line of {@value #MAX_QUOTE_CHARS} characters at most. */
    public String quote(String text) {
        // secrets first: a cut must not leave half a key
        String line = clean(text)
                .replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\s]+", " ")
                .strip();
        if (line.length() <= MAX_QUOTE_CHARS) {
            return line;
        }
        int end = MAX_QUOTE_CHARS - 1;
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    /**
     * The same failure if no message in its chain, or of what is suppressed there, holds a key; otherwise, or if it has more
     * than nine causes or its own code throws, a copy of the messages and stack traces of the chain without them.
     */
    public Throwable clean(Throwable failure) {
        var left = new ArrayDeque<Throwable>(List.of(failure));
        for (int links = 0; !left.isEmpty(); links++) {
            Throwable next = left.remove();
            if (links > MAX_CAUSES || Thrown.isBroken(next) || holdsSecret(next)) {
                return copy(failure, MAX_CAUSES);
            }
            Thrown.cause(next).ifPresent(left::add);
            left.addAll(List.of(next.getSuppressed()));
        }
        return failure;
    }

    private boolean holdsSecret(Throwable failure) {
        String text = Thrown.text(failure);
        return !clean(text).equals(text);
    }

    private Throwable copy(Throwable failure, int depth) {
        @Nullable Throwable cause = Thrown.cause(failure).orElse(null);
        var copy = new IOException(
                quote(Thrown.text(failure)), cause == null || depth == 0 ? null : copy(cause, depth - 1));
        copy.setStackTrace(Thrown.trace(failure));
        return copy;
    }

    @Override
    public String toString() {
        return "Redactor";
    }
}
