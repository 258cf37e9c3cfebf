// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * What keys look like: tokens with the prefix of a well-known issuer ({@code TokenShape} has the list), and private keys.
 *
 * <p>What only looks like one is masked ({@link Redactor}), because a message loses little; a file is left out for what can
 * hardly be anything else ({@link #occurIn}). Anything may stand in front of a prefix that no word and no data have; in
 * front of another ({@code sk-} ends a word) a letter may, if an escape ends with it or what follows can be no word. Takes
 * time linear in the text.
 */
public final class SecretShapes {
    private SecretShapes() {}

    /**
     * Returns whether there is at least one that can hardly be anything else: as long as its issuer makes it, and of many
     * different characters, so that placeholders, and code that looks for keys itself, are none.
     */
    public static boolean occurIn(String text) {
        var tokens = new TokenScan(text);
        var keys = new PrivateKeys(text, tokens);
        for (int at = 0; at < text.length(); at++) {
            if (tokens.isSure(at) || keys.isSure(at)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether a text begins with the prefix of a well-known issuer, however few characters are behind it. */
    public static boolean begin(String text) {
        return TokenShape.ALL.stream().anyMatch(shape -> text.startsWith(shape.prefix()));
    }

    /** Returns the text with something else in the place of each. */
    static String replacedIn(String text, String mask) {
        var tokens = new TokenScan(text);
        var keys = new PrivateKeys(text, tokens);
        var masked = new StringBuilder();
        int shown = 0;
        int at = 0;
        while (at < text.length()) {
            int token = tokens.end(shown, at);
            int end = token > at ? token : keys.end(at);
            if (end > at) {
                masked.append(text, shown, at).append(mask);
                shown = end;
            }
            at = Math.max(end, at + 1);
        }
        return shown == 0 ? text : masked.append(text, shown, text.length()).toString();
    }
}
