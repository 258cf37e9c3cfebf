// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import java.util.Optional;

/** How a result is written. */
sealed interface ResultLayout permits JsonLayout, TableLayout {
    /** What stands above the results; empty if nothing does. */
    Optional<String> header();

    /** A result, without the end of its line. */
    String line(Json.Obj result, InputLine item);
}
