// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.price.Money;
import picocli.CommandLine.Option;

/** What a command may spend and how fast, the same for all that call models. */
final class SpendingOptions {
    private static final int MAX_PARALLEL = 1000;

    @Option(
            names = "--budget",
            paramLabel = "USD",
            defaultValue = "0.25",
            description = "most that may be spent (default: ${DEFAULT-VALUE})")
    private String budget = "0.25";

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "8",
            description = "most model calls at a time (default: ${DEFAULT-VALUE})")
    private String parallel = "8";

    Money budget() throws UsageException {
        return OptionValues.usd("--budget", budget);
    }

    int parallel() throws UsageException {
        return OptionValues.count("--parallel", parallel, MAX_PARALLEL);
    }
}
