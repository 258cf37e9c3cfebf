// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import org.jspecify.annotations.Nullable;

/** How large a text is as a JSON string in UTF-8: an upper bound, because a cluster refuses what is larger than it takes. */
final class JsonSize {
    private static final int ESCAPED = 6;

    private JsonSize() {}

    /** In bytes; zero for null. */
    static long of(@Nullable String text) {
        long bytes = 0;
        for (int i = 0; text != null && i < text.length(); i++) {
            bytes += of(text.charAt(i));
        }
        return bytes;
    }

    private static int of(char letter) {
        if (letter < ' ') {
            return ESCAPED;
        }
        if (letter == '"' || letter == '\\') {
            return 2;
        }
        return letter < 0x80 ? 1 : letter < 0x800 ? 2 : 3;
    }
}
