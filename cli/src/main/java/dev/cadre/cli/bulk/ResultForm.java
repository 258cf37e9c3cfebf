// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.util.Locale;

/** How results stand in a file. */
public enum ResultForm {
    /** Found from the name. */
    AUTO,
    /** One JSON object a line. */
    JSONL,
    /** A header and rows, separated by commas. */
    CSV,
    /** A header and rows, separated by tabs. */
    TSV;

    /** What the name of a file says. */
    public ResultForm of(String name) {
        if (this != AUTO) {
            return this;
        }
        return switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
            case "csv" -> CSV;
            case "tsv", "tab" -> TSV;
            default -> JSONL;
        };
    }
}
