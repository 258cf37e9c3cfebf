// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
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

    /** What is quoted stands at the beginning, behind blanks and what is masked. */
    private static final int MOST_READ = 8192;

    /** For what is known by its shape, such as a token. */
    private static final int LEAST_ROOM = 4096;

    /** A longer message of an exception is quoted. */
    private static final int MAX_MESSAGE_CHARS = 1 << 20;

    private static final int MAX_CAUSES = 8;
    private static final String MASK = "[redacted]";

    // each alternative begins where no other can: the time is linear in the text, which may be a page of megabytes
    /** The blank may be escaped as in URLs, JSON and HTML. */
    private static final String BEARER = "(?i:bearer)(?:\\s++|&#?\\w{1,6};|(?=[\\\\%&=+]))[^\\s\"',;]{4,}+";

    /** A provider's own masked form, which shows the ends of a key. */
    private static final String MASKED = "(?<![A-Za-z0-9_-])[A-Za-z0-9_-]*+\\*{3,}[A-Za-z0-9_*-]*+";

    static {
        SHAPES = new Redactor(List.of(), List.of(), Pattern.compile(BEARER));
    }

    private final List<KnownKey> keys;
    private final List<UnaryOperator<String>> maskers;
    private final Pattern shapes;

    private Redactor(List<KnownKey> keys, List<UnaryOperator<String>> maskers, Pattern shapes) {
        this.keys = keys;
        this.maskers = maskers;
        this.shapes = shapes;
    }

    /**
     * A redactor that recognizes one key as encoders write it, all keys by their shape, and masked keys that show their
     * ends. Recognized is the key in any case, with any of its characters escaped as in URLs, JSON, HTML and
     * quoted-printable, line breaks of the latter included, up to eight of these one within the other, as encoders leave
     * them that escape what they must; in Base64 at any place of a longer text, and in hexadecimal digits, both also in
     * lines, whose ends may be escaped, the digits with blanks, colons, dashes or commas between them. Not always recognized
     * is one of which escapes of three or more kinds escape characters that need none, some and not others (of random ones
     * about one in a hundred is missed), and, in a text of more than 131,072 characters, one of whose characters most take more
     * than 128. Not recognized is one that is cut into pieces, has something else put between its characters, is compressed
     * or encrypted, is in Base64 twice or in another encoding. A key of fewer than eight characters is ignored. A part of a
     * key is recognized in two cases: its beginning, of six characters or more, in front of the mark {@code …} of a text that
     * was cut; and the first 256 characters of a longer key, with what of the rest follows them.
     */
    public static Redactor of(String key) {
        return new Redactor(List.of(KnownKey.of(key)), List.of(), Pattern.compile(BEARER + "|" + MASKED));
    }

    /** This redactor with one more known secret, such as that of a server that the provider calls. */
    public Redactor alsoHiding(String secret) {
        var more = new ArrayList<>(keys);
        more.add(KnownKey.of(secret));
        return new Redactor(List.copyOf(more), maskers, shapes);
    }

    /**
     * This redactor, which also masks what others know, such as the clients of a run: the keys themselves stay with them. A
     * text that one of them cannot mask, because its own code throws, is masked as a whole.
     */
    public Redactor with(UnaryOperator<String> masker) {
        var more = new ArrayList<>(maskers);
        more.add(masker);
        return new Redactor(keys, List.copyOf(more), shapes);
    }

    /**
     * The text without the known keys of this redactor; a text that only looks like a key stays, because it may be
     * data. Takes time linear in the text, and beside the result up to 50 MB of memory: it is read in pieces.
     */
    public String mask(String text) {
        String masked = keys.isEmpty() ? text : KnownKey.replacedIn(keys, text, MASK);
        for (UnaryOperator<String> masker : maskers) {
            masked = masked(masker, masked);
        }
        return masked;
    }

    private static String masked(UnaryOperator<String> masker, String text) {
        try {
            @Nullable String masked = masker.apply(text);
            return masked == null ? MASK : masked;
        } catch (Throwable broken) {
            return MASK;
        }
    }

    /** The text without keys. Takes time linear in it. */
    public String clean(String text) {
        // tokens first: the text after "bearer" may be masked already
        return shapes.matcher(SecretShapes.replacedIn(mask(text), MASK)).replaceAll(MASK);
    }

    /**
     * The text without keys and control characters, on one line of at most {@value #MAX_QUOTE_CHARS} characters. Of a long
     * text no more is read than the first few thousand characters.
     */
    public String quote(String text) {
        return quote(text, MAX_QUOTE_CHARS);
    }

    /**
     * The same on a shorter line, such as a name. A text must not be cut before it is quoted: nobody would know the half of a
     * key that is left.
     *
     * @param most how many characters the line has at most
     */
    public String quote(String text, int most) {
        int room = Math.max(LEAST_ROOM, KnownKey.roomOf(keys));
        if (text.length() - MOST_READ <= room) {
            return cut(line(text), most);
        }
        // what may be a part of a key at one of the two ends looks different in the other one
        String longer = line(text.substring(0, MOST_READ + room));
        String shorter = line(text.substring(0, MOST_READ));
        int same = Math.max(0, Arrays.mismatch(longer.toCharArray(), shorter.toCharArray()));
        String shown =
                longer.equals(shorter) ? longer : longer.substring(0, same).strip();
        boolean isMaskedToItsEnd = longer.equals(shorter) && shown.endsWith(MASK);
        return cut(isMaskedToItsEnd ? shown : whole(shown) + "…", most);
    }

    private String line(String text) {
        // secrets first: truncation must not leave half a key
        return clean(text).replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
    }

    private static String cut(String line, int most) {
        return line.length() <= most ? line : whole(line.substring(0, most - 1)) + "…";
    }

    /** Without the first half of a pair at its end. */
    private static String whole(String cut) {
        return !cut.isEmpty() && Character.isHighSurrogate(cut.charAt(cut.length() - 1))
                ? cut.substring(0, cut.length() - 1)
                : cut;
    }

    /**
     * The same exception if no message of its causes and suppressed exceptions has a key. If one has, if there are more than
     * nine causes or more than a million characters of messages, or if its own code throws: a copy of the messages and stack
     * traces of the chain without keys.
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
        return text.length() > MAX_MESSAGE_CHARS || !clean(text).equals(text);
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
