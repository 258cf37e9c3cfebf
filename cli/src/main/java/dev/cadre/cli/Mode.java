// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

/** Who searches. */
enum Mode {
    /** Rules and plain code. */
    OFFLINE("offline-lexical"),
    /** Models. */
    MODEL("model");

    private final String label;

    Mode(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
