// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A filter that removes keys from the messages of failures, and so from results, events, journals and logs.
 *
 * <p>Every exception of Cadre goes through {@link #SHAPES} when it is created, so code that passes it on need not
 * filter it. A client with a key uses {@linkplain #of its own redactor}, which knows that key. The data of a run is not
 * filtered: goals, plans, inputs and outputs belong to the user and appear unchanged in requests and journals, because
 * a changed value would have another fingerprint. Filtering twice changes nothing. Immutable and safe for use by many
 * threads.
 */
public final class Redactor {
    /**
     * A redactor that recognizes keys by their shape alone: {@code sk-} and at least eight characters, tokens with the
     * prefix of another well-known issuer, JSON web tokens, private keys, and bearer tokens.
     */
    public static final Redactor SHAPES;

    /** The most characters that {@link #quote} returns. */
    public static final int MAX_QUOTE_CHARS = 300;

    private static final Map<Integer, String> NAMES_IN_HTML = Map.ofEntries(
            Map.entry((int) '&', "amp"),
            Map.entry((int) '<', "lt"),
            Map.entry((int) '>', "gt"),
            Map.entry((int) '"', "quot"),
            Map.entry((int) '\'', "apos"),
            Map.entry((int) '+', "plus"),
            Map.entry((int) '/', "sol"),
            Map.entry((int) '=', "equals"),
            Map.entry((int) '_', "lowbar"));

    private static final int MAX_CAUSES = 8;
    private static final String MASK = "[redacted]";

    /** A shorter key is a placeholder for a server without keys; masking "x" would spoil every message. */
    private static final int LEAST_KEY_CHARS = 8;

    // each alternative begins where no other can: the time is linear in the text, which may be a page of megabytes
    /** The blank may be escaped as in URLs, JSON and HTML. */
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
     * A redactor that recognizes one key in every escaped form of URLs, JSON and HTML, in Base64 and in any case, all keys by their shape, and masked
     * keys that show their ends. A key of fewer than eight characters is ignored.
     */
    public static Redactor of(String key) {
        return new Redactor(formsOf(key), Pattern.compile(BEARER + "|" + MASKED));
    }

    private static List<Pattern> formsOf(String key) {
        if (key.length() < LEAST_KEY_CHARS) {
            return List.of();
        }
        var forms = new ArrayList<>(List.of(Pattern.compile(key, Pattern.LITERAL | Pattern.CASE_INSENSITIVE)));
        String inUrl = URLEncoder.encode(key, StandardCharsets.UTF_8);
        if (!inUrl.equals(key)) {
            forms.add(Pattern.compile(inUrl, Pattern.LITERAL | Pattern.CASE_INSENSITIVE));
            forms.add(inJson(key));
        }
        if (!key.chars().allMatch(c -> Alphabet.isLetterOrDigit((char) c))) {
            forms.add(inHtml(key));
        }
        for (int before = 0; before < 3; before++) {
            forms.add(inBase64(key, before));
        }
        return forms;
    }

    /** The pattern of the key in HTML, in which any of its signs may be written as its number or its name. */
    private static Pattern inHtml(String key) {
        var pattern = new StringBuilder();
        key.codePoints().forEach(character -> {
            String plain = Pattern.quote(Character.toString(character));
            pattern.append(
                    character < 128 && Alphabet.isLetterOrDigit((char) character)
                            ? plain
                            : "(?:%s|&#0*+%d;|&#[xX]0*+(?i:%x);|&%s;)"
                                    .formatted(
                                            plain, character, character, NAMES_IN_HTML.getOrDefault(character, "#")));
        });
        return Pattern.compile(pattern.toString());
    }

    /**
     * The pattern of the key in Base64, alone or with what stands behind it.
     *
     * @param before how many bytes stand in front of it in its three
     */
    private static Pattern inBase64(String key, int before) {
        byte[] bytes = ("\0".repeat(before) + key).getBytes(StandardCharsets.UTF_8);
        int shared = before == 0 ? 0 : before + 1;
        String own = Base64.getEncoder().encodeToString(bytes).substring(shared, bytes.length / 3 * 4);
        return Pattern.compile(Pattern.quote(own).replace("+", "\\E[+-]\\Q").replace("/", "\\E[/_]\\Q")
                + "[A-Za-z0-9+/_-]{0,3}+={0,2}+");
    }

    /** The pattern of the key in JSON, with any number of backslashes, because JSON texts may be nested. */
    private static Pattern inJson(String key) {
        var pattern = new StringBuilder();
        key.replaceAll("\\\\+", "\\\\").codePoints().forEach(character -> {
            switch (character) {
                case '\\' -> pattern.append("\\\\++"); // however many there were
                case '"', '/' -> pattern.append("\\\\*+").appendCodePoint(character);
                default -> pattern.append(Pattern.quote(Character.toString(character)));
            }
        });
        // a match begins at the first of many backslashes only: otherwise each of them would scan all the others
        String once = pattern.indexOf("\\\\") == 0 ? "(?<!\\\\)" : "";
        return Pattern.compile(once + pattern);
    }

    /** This redactor with one more known secret, such as that of a server that the provider calls. */
    public Redactor alsoHiding(String secret) {
        var more = new ArrayList<>(literals);
        more.addAll(formsOf(secret));
        return new Redactor(List.copyOf(more), shapes);
    }

    /**
     * The text without the known keys of this redactor; a text that only looks like a key stays, because it may be
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
        // tokens first: the text after "bearer" may be masked already
        return shapes.matcher(SecretShapes.replacedIn(mask(text), MASK)).replaceAll(MASK);
    }

    /** The text without keys and control characters, on one line of at most {@value #MAX_QUOTE_CHARS} characters. */
    public String quote(String text) {
        // secrets first: truncation must not leave half a key
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
     * The same exception if no message of its causes and suppressed exceptions has a key. Otherwise, or if it has more
     * than nine causes or its own code throws, a copy of the messages and stack traces of the chain without keys.
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
