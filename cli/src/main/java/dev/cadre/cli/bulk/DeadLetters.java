// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import java.io.IOException;

/**
 * Writes what failed or was malformed as JSON lines that can be input again: the reason stands beside the item, or beside
 * its text if it is none.
 */
record DeadLetters(ResultOutput out) {
    static final String REASON = "cadre_reason";
    static final String ITEM = "item";
    static final String RAW = "raw";

    /** What every line begins with. */
    static final String BEGINNING = "{\"" + REASON + "\":";

    void add(InputLine line, String reason) throws IOException {
        if (out.equals(ResultOutput.NONE)) {
            return;
        }
        Json.Obj letter = Json.obj().with(REASON, reason);
        out.write(
                switch (line) {
                    case InputLine.Item item -> letter.with(ITEM, item.value()).write();
                    case InputLine.Malformed bad -> letter.with(RAW, bad.raw()).write();
                });
    }
}
