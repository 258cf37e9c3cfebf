// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import java.util.Optional;

/**
 * One JSON object a line.
 *
 * @param keepsInput whether it has its item as {@value #INPUT}; what was malformed is none
 */
record JsonLayout(boolean keepsInput) implements ResultLayout {
    static final String INPUT = "input";

    @Override
    public Optional<String> header() {
        return Optional.empty();
    }

    @Override
    public String line(Json.Obj result, InputLine line) {
        return keepsInput && line instanceof InputLine.Item item
                ? result.with(INPUT, item.value()).write()
                : result.write();
    }
}
