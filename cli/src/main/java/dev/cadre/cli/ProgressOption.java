// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import picocli.CommandLine.Option;

/** The option {@code --progress}, the same for all commands that go on for a while. */
final class ProgressOption {
    @Option(
            names = "--progress",
            paramLabel = "FORM",
            defaultValue = "auto",
            description = "auto, live, plain, jsonl or off (default: ${DEFAULT-VALUE})")
    private String progress = "auto";

    Progress progress() throws UsageException {
        return OptionValues.oneOf("--progress", progress, Progress.values());
    }
}
