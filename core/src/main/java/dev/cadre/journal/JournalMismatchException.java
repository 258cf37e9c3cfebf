// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.json.JsonException;

/** A record is whole, but says what nobody writes into this place: it was made by hand, or by another program. */
public final class JournalMismatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JournalMismatchException(JournalKey key, JsonException why) {
        super("the record of %s does not fit: %s".formatted(key, why.getMessage()), why);
    }
}
