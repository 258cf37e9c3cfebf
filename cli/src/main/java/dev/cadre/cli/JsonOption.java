// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import picocli.CommandLine.Option;

/** The option {@code --json}, the same for all commands. */
final class JsonOption {
    static final String NAME = "--json";

    @Option(names = NAME, description = "print one JSON document")
    private boolean json;

    Output output() {
        return json ? Output.JSON : Output.TEXT;
    }
}
