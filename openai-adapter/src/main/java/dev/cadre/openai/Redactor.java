// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keeps the key, and what looks like one, out of every message; bounds what is quoted from the provider. */
final class Redactor {
    private static final int MAX_QUOTE_CHARS = 300;
    private static final int MAX_CAUSES = 8;
    private static final String MASK = "[redacted]";

    /** A shorter key is a stand-in for a server that wants none; masking "x" would spoil every message. */
    private static final int LEAST_KEY_CHARS = 8;

    /**
     * Keys by shape, bearer tokens, and the provider's own masked form, which shows the ends of a key. Each alternative
     * begins where no other could: the time is linear in the text, which may be megabytes of an error page.
     */
    private static final Pattern SECRETS = Pattern.compile("(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{8,}[A-Za-z0-9_*-]*"
            + "|(?i:bearer)\\s++[^\\s\"',;]{4,}"
            + "|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]*+\\*{3,}[A-Za-z0-9_*-]*+");

    private final List<String> literals;

    Redactor(String key) {
        var forms = new LinkedHashSet<String>();
        forms.add(key);
        forms.add(URLEncoder.encode(key, StandardCharsets.UTF_8));
        forms.add(key.replace("\\", "\\\\").replace("\"", "\\\""));
        forms.add(key.replace("/", "\\/"));
        forms.add(key.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/"));
        literals =
                forms.stream().filter(form -> form.length() >= LEAST_KEY_CHARS).toList();
    }

    /** The text without secrets. */
    String clean(String text) {
        String cleaned = text;
        for (String literal : literals) {
            cleaned = cleaned.replace(literal, MASK);
        }
        return SECRETS.matcher(cleaned).replaceAll(MASK);
    }

    /** The text without secrets, on one line, cut to {@value #MAX_QUOTE_CHARS} characters. */
    String quote(String text) {
        // secrets first: a cut must not leave half a key
        String line = clean(text).replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        if (line.length() <= MAX_QUOTE_CHARS) {
            return line;
        }
        int end = MAX_QUOTE_CHARS - 1;
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    /** The same failure if no message in its chain holds a secret, otherwise a copy without them. */
    Throwable clean(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (holdsSecret(cause)) {
                return copy(failure, MAX_CAUSES);
            }
        }
        return failure;
    }

    private boolean holdsSecret(Throwable failure) {
        String message = failure.toString();
        return !clean(message).equals(message);
    }

    private Throwable copy(Throwable failure, int depth) {
        @Nullable Throwable cause = failure.getCause();
        var copy =
                new IOException(quote(failure.toString()), cause == null || depth == 0 ? null : copy(cause, depth - 1));
        copy.setStackTrace(failure.getStackTrace());
        return copy;
    }

    @Override
    public String toString() {
        return "Redactor";
    }
}
