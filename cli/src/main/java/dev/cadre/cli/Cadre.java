// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cadre.RunFailedException;
import dev.cadre.file.OwnFiles;
import dev.cadre.price.ModelCatalog;
import dev.cadre.redact.Redactor;
import dev.cadre.task.RunClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code cadre} command. */
@Command(
        name = "cadre",
        description =
                "Agents over a code base and models over the lines of a file, within a budget; and what a crew may cost, simulated.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "'cadre help COMMAND' has its options.",
            "Exit status: 0 complete, 1 nothing found or no tier good enough, 2 bad arguments or settings,",
            "3 partial, 4 failed, 130 interrupted. With --json a document is printed in each case.",
            "Variables: OPENAI_API_KEY, OPENAI_BASE_URL, CADRE_FLAGSHIP_MODEL, CADRE_MINI_MODEL, CADRE_NANO_MODEL,",
            "NO_COLOR; docs/adapters.md has those for other servers, and 'cadre doctor' says what they come to."
        },
        versionProvider = Version.class)
public final class Cadre {
    static final String TRACE = "CADRE_TRACE";

    private final Terminal terminal;
    private final InstantSource clock;
    private final RunClock runClock;
    private final InputStream in;
    private final Map<String, String> environment;

    Cadre(Terminal terminal, InstantSource clock, Map<String, String> environment) {
        this(terminal, clock, RunClock.SYSTEM, System.in, environment);
    }

    /** @param runClock that by which waiting for the provider takes time */
    Cadre(Terminal terminal, InstantSource clock, RunClock runClock, InputStream in, Map<String, String> environment) {
        this.terminal = terminal;
        this.clock = clock;
        this.runClock = runClock;
        this.in = in;
        this.environment = environment;
    }

    /** Runs the command line and ends the process with its status: 0 complete, 1 nothing found or no tier good enough, 2 usage, 3 partial, 4 failed, 130 interrupted. */
    public static void main(String... arguments) {
        System.exit(new Cadre(Terminal.ofProcess(), Clock.systemUTC(), System.getenv()).run(arguments));
    }

    /** Returns the exit status. */
    int run(String... arguments) {
        try {
            return told(arguments);
        } catch (OutOfMemoryError again) { // there is none to say so; a process that ends by itself would have status 1
            return ExitStatus.FAILED.code();
        }
    }

    private int told(String... arguments) {
        List<String> all = Arrays.asList(arguments);
        CommandLine line = commandLine(all);
        if (arguments.length == 0) {
            int status = usage(all, "bad_argument", "a command is missing; 'cadre COMMAND --help' tells more of each:");
            line.getSubcommands().entrySet().stream()
                    .forEach(each -> terminal.err().println(commandLine(each.getKey(), each.getValue())));
            return status;
        }
        try {
            return unlessLost(line.execute(arguments));
        } catch (OutOfMemoryError full) {
            return report(
                    all,
                    ExitStatus.FAILED,
                    "out_of_memory",
                    "the memory of the process does not suffice; -Xmx gives it more");
        } catch (Error defect) { // such as a stack that overflowed: whoever reads the output still gets their document
            return internal(all, defect);
        }
    }

    /** The command and those below it, which take what they are told from their arguments alone. */
    CommandLine commandLine(List<String> all) {
        var models = new Models(terminal, clock, environment);
        CommandLine line = new CommandLine(this)
                .addSubcommand(new SearchCommand(terminal, clock, models))
                .addSubcommand(new McpCommand(terminal, in, clock, models))
                .addSubcommand(new BulkCommand(terminal, in, clock, runClock, models))
                .addSubcommand(new EvalCommand(terminal, clock, runClock, models, environment))
                .addSubcommand(new SimulateCommand(terminal))
                .addSubcommand(new ReportCommand(terminal))
                .addSubcommand(new ModelsCommand(terminal, ModelCatalog.standard()))
                .addSubcommand(new DoctorCommand(terminal, clock, models))
                .addSubcommand(new CommandLine.HelpCommand())
                .addSubcommand("completion", completion())
                .setOut(new PrintWriter(terminal.out(), true, UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, UTF_8))
                .setParameterExceptionHandler((e, given) -> usage(all, "bad_argument", oneLine(e)))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(all, e));
        line.getSubcommands().values().forEach(each -> each.getCommandSpec().versionProvider(new Version()));
        // the folder that is searched may hold a file of the name that is asked for, such as @Override
        line.setExpandAtFiles(false).getSubcommands().values().forEach(each -> each.setExpandAtFiles(false));
        return line;
    }

    /** What nobody could read did not succeed, whatever was found. */
    private int unlessLost(int status) {
        Optional<String> lost = terminal.out() instanceof StandardStream stream ? stream.lost() : Optional.empty();
        if (lost.isEmpty()) {
            return status;
        }
        terminal.err().println("cadre: standard output cannot be written: " + lost.get());
        return status == ExitStatus.INTERRUPTED.code() ? status : ExitStatus.FAILED.code();
    }

    private static CommandLine completion() {
        var completion = new CommandLine(new AutoComplete.GenerateCompletion()).setCommandName("completion");
        completion
                .getCommandSpec()
                .usageMessage()
                .description(
                        "Prints a script by which bash and zsh complete options; in the shell or its start-up file:",
                        "  source <(cadre completion)")
                .footer();
        return completion;
    }

    private static String commandLine(String name, CommandLine command) {
        return "  %-10s %s"
                .formatted(
                        name,
                        String.join(" ", command.getCommandSpec().usageMessage().description()));
    }

    private int failed(List<String> arguments, Exception failure) {
        return switch (failure) {
            case UsageException e -> usage(arguments, e.kind(), String.valueOf(e.getMessage()));
            case IOException e -> report(arguments, ExitStatus.FAILED, "unreadable", OwnFiles.reason(e));
            case RunFailedException e ->
                e.failure()
                        .map(Problem::of)
                        .map(problem -> report(arguments, ExitStatus.FAILED, problem.kind(), problem.message()))
                        .orElseGet(() -> internal(arguments, e));
            default -> internal(arguments, failure);
        };
    }

    /** A defect of this program: whoever looks for it wants the trace, nobody else does. */
    private int internal(List<String> arguments, Throwable failure) {
        if (environment.containsKey(TRACE)) {
            var trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            terminal.err().println(Redactor.SHAPES.clean(trace.toString()));
        }
        return report(
                arguments,
                ExitStatus.FAILED,
                "internal",
                "this is a defect of cadre; with the variable %s set it shows where".formatted(TRACE));
    }

    private int usage(List<String> arguments, String kind, String message) {
        return report(arguments, ExitStatus.USAGE, kind, message);
    }

    private int report(List<String> arguments, ExitStatus status, String kind, String message) {
        String shown = TextOutput.visible(Echo.ofInput(message));
        terminal.err().println("cadre: " + shown);
        if (arguments.contains(JsonOption.NAME)) {
            var json = new JsonOutput();
            terminal.out()
                    .println(
                            switch (arguments.getFirst()) {
                                case "simulate" -> json.document(SimulateDocument.failed(kind, shown));
                                case "eval" -> json.document(EvalDocument.failed(kind, shown));
                                case "bulk" -> json.document(BulkDocument.failed(kind, shown));
                                default -> json.document(SearchDocument.failed(kind, shown));
                            });
        }
        return status.code();
    }

    private static String oneLine(ParameterException e) {
        String message = String.valueOf(e.getMessage());
        String told = message.lines().findFirst().orElse("bad arguments");
        return e instanceof UnmatchedArgumentException unmatched
                ? unmatched.getSuggestions().stream()
                        .findFirst()
                        .map(meant -> told + "; did you mean '" + meant + "'?")
                        .orElse(told)
                : told;
    }
}
