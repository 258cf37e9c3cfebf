// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code cadre simulate} as they were typed; {@link #checked} makes sense of them. */
final class SimulateArguments {
    private static final int MAX_SUBTASKS = 1_000;
    private static final int MAX_RUNS = 100_000;
    private static final int MAX_SUBTASKS_OF_ALL_RUNS = 5_000_000;

    /**
     * Everything the command line says, checked.
     *
     * @param subtasks of each run
     * @param seed decides everything that is left to chance
     */
    record Options(int subtasks, int runs, long seed, Output output) {}

    @Option(
            names = "--subtasks",
            paramLabel = "N",
            defaultValue = "20",
            description = "subtasks of a plan (default: ${DEFAULT-VALUE})")
    String subtasks = "20";

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "1000",
            description = "simulated runs (default: ${DEFAULT-VALUE})")
    String runs = "1000";

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "the same seed gives the same figures (default: ${DEFAULT-VALUE})")
    String seed = "1";

    @Mixin
    final JsonOption json = new JsonOption();

    Options checked() throws UsageException {
        var options = new Options(
                OptionValues.count("--subtasks", subtasks, MAX_SUBTASKS),
                OptionValues.count("--runs", runs, MAX_RUNS),
                OptionValues.wholeNumber("--seed", seed),
                json.output());
        long all = (long) options.subtasks() * options.runs();
        if (all > MAX_SUBTASKS_OF_ALL_RUNS) {
            throw new UsageException(
                    "bad_argument",
                    "--runs: %d runs of %d subtasks are %d subtasks; at most %d are allowed"
                            .formatted(options.runs(), options.subtasks(), all, MAX_SUBTASKS_OF_ALL_RUNS));
        }
        return options;
    }
}
