// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.cli.mcp.ToolServer;
import dev.cadre.pool.ModelPools;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs {@code cadre mcp}. */
@Command(
        name = "mcp",
        description = "Serves the code search to programs that speak the Model Context Protocol, over standard input.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class McpCommand implements Callable<Integer> {
    private static final String INSTRUCTIONS = "Searches code. Ask search_code before you read files one by one.";

    private final Terminal terminal;
    private final InputStream in;
    private final InstantSource clock;
    private final Models models;

    @Mixin
    private final McpArguments arguments = new McpArguments();

    McpCommand(Terminal terminal, InputStream in, InstantSource clock, Models models) {
        this.terminal = terminal;
        this.in = in;
        this.clock = clock;
        this.models = models;
    }

    @Override
    public Integer call() throws UsageException, IOException {
        McpOptions options = arguments.checked();
        if (options.offline() == SearchOptions.Offline.ALWAYS) {
            return serve(options, null, "").code();
        }
        if (!models.hasKey()) {
            String why = "no model was used: " + models.whyNone();
            say(why);
            return serve(options, null, why).code();
        }
        try (ModelPools pools = models.open(options.parallel())) {
            say("parts of files will be sent to the model provider; --offline sends nothing");
            return serve(options, pools, "").code();
        }
    }

    private ExitStatus serve(McpOptions options, @Nullable ModelPools pools, String note) throws IOException {
        Interruption interruption = Interruption.ofThisThread();
        try (BudgetGuard all = Budget.of(options.budget()).open()) {
            var tools = new McpTools(options, pools, new ProcessBudget(all), clock, note);
            var greeting = new ToolServer.Greeting("cadre", Version.ofBuild(), INSTRUCTIONS);
            try {
                return status(new ToolServer(greeting, tools.served(), clock).serve(in, terminal.out()));
            } catch (InterruptedException told) {
                return ExitStatus.INTERRUPTED;
            } finally {
                say("spent %s of %s".formatted(all.state().spent(), options.budget()));
            }
        } finally {
            interruption.end();
        }
    }

    private ExitStatus status(ToolServer.End end) {
        return switch (end) {
            case CLIENT_GONE -> ExitStatus.COMPLETE;
            case CLIENT_DOES_NOT_READ -> {
                say("the client does not read what it asks for");
                yield ExitStatus.FAILED;
            }
        };
    }

    private void say(String line) {
        terminal.err().println("cadre: " + TextOutput.visible(Echo.ofInput(line)));
    }
}
