// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.Arrays;

/** The pairs of one kind of bracket in a text, found in one pass over it. */
final class Brackets {
    private final int[] opens;
    private final int[] closes;

    private Brackets(int[] opens, int[] closes) {
        this.opens = opens;
        this.closes = closes;
    }

    static Brackets of(char[] code, char open, char close) {
        int[] opens = new int[16];
        int[] closes = new int[16];
        int[] stack = new int[16];
        int count = 0;
        int depth = 0;
        for (int at = 0; at < code.length; at++) {
            if (code[at] == open) {
                if (count == opens.length) {
                    opens = Arrays.copyOf(opens, count * 2);
                    closes = Arrays.copyOf(closes, count * 2);
                }
                if (depth == stack.length) {
                    stack = Arrays.copyOf(stack, depth * 2);
                }
                closes[count] = code.length;
                stack[depth++] = count;
                opens[count++] = at;
            } else if (code[at] == close && depth > 0) {
                closes[stack[--depth]] = at;
            }
        }
        return new Brackets(Arrays.copyOf(opens, count), Arrays.copyOf(closes, count));
    }

    /** Returns where the bracket closes that opens here, or the length of the text if it does not. */
    int closeOf(int open) {
        return closes[Arrays.binarySearch(opens, open)];
    }
}
