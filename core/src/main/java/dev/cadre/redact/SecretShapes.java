// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

/**
 * The shapes of keys: tokens with the prefix of a well-known issuer (listed in {@code TokenShape}), and private keys in
 * the forms that {@code PrivateKeys}, {@code EncodedKeys} and {@code ForeignKeys} know.
 *
 * <p>{@link Redactor} masks everything that looks like a key, because a message loses little by it; a file is left out
 * only for a text that is almost certainly a key ({@link #occurIn}). Any character may precede a prefix that occurs in
 * no word and no data. Before another prefix ({@code sk-} ends a word) a letter is allowed only if it ends an escape,
 * or if the rest cannot be a word. The time is linear in the text.
 */
public final class SecretShapes {
    private SecretShapes() {}

    /**
     * Whether a text has something that is almost certainly a key: as long as its issuer makes it, and with many
     * different characters, so that placeholders, and code that searches for keys, do not count.
     */
    public static boolean occurIn(String text) {
        var tokens = new TokenScan(text);
        var keys = new PrivateKeys(text, tokens);
        var encoded = new EncodedKeys(text);
        var others = new ForeignKeys(text);
        for (int at = 0; at < text.length(); at++) {
            if (tokens.isSure(at) || keys.isSure(at) || encoded.end(at) > at || others.end(at) > at) {
                return true;
            }
        }
        return false;
    }

    /** Whether a text begins with the prefix of a well-known issuer, whatever its length. */
    public static boolean begin(String text) {
        return TokenShape.ALL.stream().anyMatch(shape -> text.startsWith(shape.prefix()));
    }

    /** The text with a mask instead of each key. */
    static String replacedIn(String text, String mask) {
        var tokens = new TokenScan(text);
        var keys = new PrivateKeys(text, tokens);
        var encoded = new EncodedKeys(text);
        var others = new ForeignKeys(text);
        var masked = new StringBuilder();
        int shown = 0;
        int at = 0;
        while (at < text.length()) {
            int token = tokens.end(shown, at);
            int end = token > at ? token : Math.max(Math.max(keys.end(at), encoded.end(at)), others.end(at));
            if (end > at) {
                masked.append(text, shown, at).append(mask);
                shown = end;
            }
            at = Math.max(end, at + 1);
        }
        return shown == 0 ? text : masked.append(text, shown, text.length()).toString();
    }
}
