// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

/** How items stand in a file. */
public enum InputForm {
    /** Found from the name and the first bytes. */
    AUTO,
    /** One JSON object or string a line. */
    JSONL,
    /** A header and rows, separated by commas, semicolons or tabs. */
    CSV,
    /** A header and rows, separated by tabs. */
    TSV,
    /** One array of objects or strings. */
    JSON
}
