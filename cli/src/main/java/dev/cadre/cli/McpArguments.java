// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.price.Money;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of {@code cadre mcp} as they were typed; {@link #checked} makes sense of them. */
final class McpArguments {
    private static final int MAX_PARALLEL = 1000;

    @Option(
            names = "--repo",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "folder to search (default: the current one); may be given up to 50 times")
    private List<String> repositories = List.of(".");

    @Option(names = "--offline", description = "use no model and no network")
    private boolean offline;

    @Option(
            names = "--budget",
            paramLabel = "USD",
            defaultValue = "1.00",
            description = "most that all calls of this process may spend together (default: ${DEFAULT-VALUE})")
    private String budget = "1.00";

    @Option(
            names = "--per-call-budget",
            paramLabel = "USD",
            defaultValue = "0.25",
            description = "most that one call may ask for (default: ${DEFAULT-VALUE})")
    private String callBudget = "0.25";

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            defaultValue = "50s",
            description = "most time that one call may ask for, as 50s or 5m (default: ${DEFAULT-VALUE})")
    private String deadline = "50s";

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "8",
            description = "most model calls at a time (default: ${DEFAULT-VALUE})")
    private String parallel = "8";

    McpOptions checked() throws UsageException {
        Money all = OptionValues.usd("--budget", budget);
        Money each = OptionValues.usd("--per-call-budget", callBudget);
        return new McpOptions(
                ServedRepositories.of(repositories),
                all,
                each.atMost(all),
                OptionValues.count("--parallel", parallel, MAX_PARALLEL),
                OptionValues.time("--deadline", deadline),
                offline ? SearchOptions.Offline.ALWAYS : SearchOptions.Offline.WITHOUT_KEY);
    }
}
