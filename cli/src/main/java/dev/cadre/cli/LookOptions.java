// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.examples.index.Place;
import picocli.CommandLine.Option;

/** The options {@code --format}, {@code --color} and {@code --context}: how places are printed. */
final class LookOptions {
    @Option(
            names = "--format",
            paramLabel = "FORM",
            defaultValue = "auto",
            description = "people: the answer and the places with their lines; lines: path:line:text; auto: people on a"
                    + " terminal, lines elsewhere (default: ${DEFAULT-VALUE})")
    private String format = "auto";

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            defaultValue = "auto",
            description = "auto, always or never (default: ${DEFAULT-VALUE}; NO_COLOR is respected)")
    private String color = "auto";

    @Option(
            names = {"--context", "-C"},
            paramLabel = "N",
            defaultValue = "3",
            description = "lines around the one that says why (default: ${DEFAULT-VALUE})")
    private String context = "3";

    private enum Format {
        AUTO,
        PEOPLE,
        LINES
    }

    private enum When {
        AUTO,
        ALWAYS,
        NEVER
    }

    TextOutput.Look look(Terminal terminal) throws UsageException {
        boolean people = switch (OptionValues.oneOf("--format", format, Format.values())) {
            case AUTO -> terminal.isOutTerminal();
            case PEOPLE -> true;
            case LINES -> false;
        };
        boolean coloured = switch (OptionValues.oneOf("--color", color, When.values())) {
            case AUTO -> terminal.isOutTerminal() && !terminal.noColour();
            case ALWAYS -> true;
            case NEVER -> false;
        };
        return new TextOutput.Look(
                people ? TextOutput.Form.PEOPLE : TextOutput.Form.LINES,
                coloured ? TextOutput.Colour.ON : TextOutput.Colour.OFF,
                terminal.columns(),
                OptionValues.count("--context", context, 0, Place.MAX_LINES));
    }
}
