// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

/** Tells a number from other text. */
final class PlainNumber {
    private static final int MAX_CHARS = 40;

    private PlainNumber() {}

    /** Whether a text is a number such as {@code -5}, {@code +3.25} or {@code 1e-7}, and nothing else. */
    static boolean is(String text) {
        return text.length() <= MAX_CHARS && text.matches("[+-]?[0-9]{1,30}+([.,][0-9]{1,30}+)?([eE][+-]?[0-9]{1,3})?");
    }
}
