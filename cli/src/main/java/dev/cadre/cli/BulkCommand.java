// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Lane;
import dev.cadre.cache.FileCache;
import dev.cadre.cli.BulkOptions.Existing;
import dev.cadre.cli.bulk.BulkOutput;
import dev.cadre.cli.bulk.BulkSession;
import dev.cadre.cli.bulk.InputFile;
import dev.cadre.cli.bulk.ResultFile;
import dev.cadre.cli.bulk.ResultOutput;
import dev.cadre.cli.bulk.ResultStream;
import dev.cadre.cli.bulk.UnreadableInputException;
import dev.cadre.cli.live.BulkBoard;
import dev.cadre.file.OwnFiles;
import dev.cadre.file.TempFolder;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.openai.OpenAiClient;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.RunClock;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs {@code cadre bulk}. */
@Command(
        name = "bulk",
        description = "Labels the lines of a file, or fills in a schema for each, within a budget.",
        footer = "Run the same command again to go on after an interrupt or with more money: what succeeded is not paid"
                + " twice.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class BulkCommand implements Callable<Integer> {
    /** What goes on for longer is resumed. */
    private static final Duration LONGEST_NOW = Duration.ofHours(24);

    private final Terminal terminal;
    private final InputStream in;
    private final InstantSource clock;
    private final RunClock runClock;
    private final Models models;
    private final JsonOutput json = new JsonOutput();

    @Mixin
    private final BulkArguments arguments = new BulkArguments();

    BulkCommand(Terminal terminal, InputStream in, InstantSource clock, RunClock runClock, Models models) {
        this.terminal = terminal;
        this.in = in;
        this.clock = clock;
        this.runClock = runClock;
        this.models = models;
    }

    @Override
    public Integer call() throws UsageException, IOException {
        BulkOptions options = arguments.checked();
        if (!options.extent().isDry()) {
            models.requireKey("bulk");
        }
        if (options.lane() == Lane.BATCH && options.journal().isEmpty()) {
            throw new UsageException(
                    "bad_argument", "--lane batch needs a --journal, because a batch outlives the process");
        }
        if (!options.extent().isDry()) {
            requireJournalOfOutput(options);
        }
        // batches go on without this process, and an interrupt would cancel them
        @Nullable Interruption interruption = options.lane() == Lane.NOW ? Interruption.ofThisThread() : null;
        try {
            BulkDocument document = run(options);
            print(document, options);
            return document.exitStatus().code();
        } finally {
            if (interruption != null) {
                interruption.end();
            }
        }
    }

    private BulkDocument run(BulkOptions options) throws UsageException, IOException {
        try {
            if (options.input().filter(Files::isRegularFile).isPresent()) {
                return recorded(options, input(options, options.input().get()));
            }
            try (TempFolder folder = TempFolder.open()) { // it can be read once and is needed twice
                Path copy = folder.path().resolve("input");
                copyInput(options, copy);
                return recorded(options, input(options, copy));
            }
        } catch (UnreadableInputException e) {
            throw unreadable(options, e);
        }
    }

    private void copyInput(BulkOptions options, Path copy) throws IOException {
        if (options.input().isEmpty()) {
            Files.copy(in, copy);
            return;
        }
        // a pipe, such as one of the shell's
        try (InputStream pipe = new FileInputStream(options.input().get().toFile())) {
            Files.copy(pipe, copy);
        }
    }

    private static InputFile input(BulkOptions options, Path file) throws IOException {
        return InputFile.of(file, options.inputName(), options.forms().input());
    }

    private static UsageException unreadable(BulkOptions options, UnreadableInputException why) {
        return new UsageException("bad_input", "--input: \"%s\" %s".formatted(options.inputName(), why.getMessage()));
    }

    private BulkDocument recorded(BulkOptions options, InputFile input) throws UsageException, IOException {
        boolean isNew = options.journal().filter(Files::exists).isEmpty();
        if (options.journal().isEmpty() || (options.extent().isDry() && isNew)) {
            return withModels(options, input, null);
        }
        try (FileJournal journal = Journals.open(options.journal().get())) {
            return withModels(options, input, journal);
        }
    }

    private BulkDocument withModels(BulkOptions options, InputFile input, @Nullable FileJournal journal)
            throws UsageException, IOException {
        if (options.extent().isDry()) {
            return new BulkDryRun(models, runClock).look(options, input, journal);
        }
        BulkOutput out = output(options);
        BulkDocument document;
        try {
            document = withModels(options, input, journal, out);
        } catch (UsageException | IOException | RuntimeException | Error e) {
            try (out) {
                throw e;
            }
        }
        try {
            out.close();
        } catch (IOException e) { // what was done and spent is not lost with it
            return document.unlessFailed(unwritable(options, e));
        }
        return document;
    }

    private BulkDocument withModels(BulkOptions options, InputFile input, @Nullable FileJournal journal, BulkOutput out)
            throws UsageException, IOException {
        OpenAiClient client = models.client();
        var board = new BulkBoard(clock, options.budget());
        try (ModelPools pools = models.open(client, options.parallel());
                Watching watching = Watching.of(progress(options), terminal, board)) {
            Terminal shown = watching.terminal();
            ModelPool pool = pools.pool(options.tier());
            Supplier<Learned> learned = () -> new Learned(client.learned(pool.model()), models.environment());
            Coordinator.Builder coordinator = Coordinator.builder(pools)
                    .clock(runClock)
                    .listener(board)
                    .listener(new NoteLines(options.progress(), shown, learned))
                    .listener(new PauseLines(
                            options.progress(), shown, clock, pool.retryPolicy().maxRetryAfter()));
            Optional<FileCache> cache = Caches.open(options.cache());
            var progress = new BulkProgress(progress(options), shown, clock);
            BulkSession session = session(() -> new BulkSession(
                    Caches.with(cache, coordinator.build()),
                    options.task(),
                    options.lane(),
                    journal,
                    input,
                    out,
                    progress.andThen(board)));
            requireFit(options, session);
            return run(options, session, new Shown(progress, board), pool.model(), learned);
        } catch (UnpricedException e) {
            throw models.unpriced(e);
        }
    }

    /** @param making refuses items that cannot be packed */
    static BulkSession session(Supplier<BulkSession> making) throws UsageException {
        try {
            return making.get();
        } catch (IllegalArgumentException unpackable) {
            throw new UsageException("bad_argument", "--pack: " + unpackable.getMessage());
        }
    }

    /** Where people see how far it is: in lines, or in a view. */
    private record Shown(BulkProgress progress, BulkBoard board) {}

    /** A view cannot stand below results that go to the same terminal. */
    private Progress progress(BulkOptions options) {
        Progress form = options.progress().on(terminal);
        return form == Progress.LIVE && options.results().isEmpty() && terminal.isOutTerminal() ? Progress.PLAIN : form;
    }

    private BulkOutput output(BulkOptions options) throws UsageException, IOException {
        BulkOptions.Forms forms = options.forms();
        ResultOutput deadLetters = forms.deadLetters().isEmpty()
                ? ResultOutput.NONE
                : resultFile("--dead-letters", forms.deadLetters().get());
        try {
            ResultOutput results = options.results().isEmpty()
                    ? new ResultStream(terminal.out(), shown())
                    : resultFile("--output", options.results().get());
            return new BulkOutput(results, forms.output(), forms.keepsInput(), deadLetters);
        } catch (UsageException e) {
            deadLetters.close();
            throw e;
        }
    }

    /** A file and a program get the text as it is; a terminal must not be steered by the text of an item or a model. */
    private UnaryOperator<String> shown() {
        return terminal.isOutTerminal() ? TextOutput::visibleLines : UnaryOperator.identity();
    }

    private static ResultOutput resultFile(String option, Path file) throws UsageException {
        try {
            return ResultFile.create(file);
        } catch (IOException e) {
            throw new UsageException("bad_argument", option + ": it cannot be written: " + OwnFiles.reason(e));
        }
    }

    private BulkDocument run(
            BulkOptions options, BulkSession session, Shown shown, String model, Supplier<Learned> learned)
            throws UsageException {
        BulkSession.@Nullable Survey survey = null;
        try {
            survey = session.survey(options.budget(), options.extent().selection());
            shown.board.surveyed(survey.items());
            shown.progress.starting(survey, options, session.spentBefore());
            shown.progress.warn(survey, options.budget().minusOrZero(session.spentBefore()));
            Budget budget = Budget.of(options.budget());
            BulkSession.Ending ending = session.run(options.lane() == Lane.NOW ? budget.within(LONGEST_NOW) : budget);
            return BulkDocument.of(options, model, survey, ending, learned.get())
                    .inAllRuns(session.spentInAll());
        } catch (InterruptedException e) {
            return BulkDocument.interrupted(options, model, survey, session.tally())
                    .inAllRuns(session.spentInAll());
        } catch (IllegalArgumentException e) { // the money does not cover what is under way in batches
            throw new UsageException("bad_argument", String.valueOf(e.getMessage()));
        } catch (IOException | UncheckedIOException e) {
            if (e.getCause() instanceof UnreadableInputException unreadable) {
                throw unreadable(options, unreadable);
            }
            return BulkDocument.broken(options, model, survey, session.tally(), unwritable(options, e))
                    .inAllRuns(session.spentInAll());
        } catch (UnrecordedException e) {
            return BulkDocument.broken(options, model, survey, session.tally(), BulkDocument.unrecorded(e));
        } catch (JournalException e) {
            return BulkDocument.broken(options, model, survey, session.tally(), Problem.of(e));
        }
    }

    private static Problem unwritable(BulkOptions options, Exception e) {
        String next = options.journal().isPresent() ? "; what was done is on record, and the same command goes on" : "";
        return new Problem("io_failed", OwnFiles.reason(e) + next);
    }

    /** An output that is there already is of an earlier run if there is a journal of one. */
    private static void requireJournalOfOutput(BulkOptions options) throws UsageException, IOException {
        Optional<Path> deadLetters = options.forms().deadLetters().filter(Files::exists);
        if (options.existing() == Existing.RESUMED
                && deadLetters.isPresent()
                && !ResultFile.isOfDeadLetters(deadLetters.get())) {
            throw inTheWay("--dead-letters", deadLetters.get(), "does not hold what failed in a run of cadre bulk");
        }
        if (!isToBeResumed(options)) {
            return;
        }
        Path output = options.results().orElseThrow();
        if (!ResultFile.isOurs(output)) {
            throw inTheWay("--output", output, "does not hold results of cadre bulk");
        }
        if (options.journal().filter(Files::exists).isEmpty()) {
            throw inTheWay(
                    "--output",
                    output,
                    "exists, and its journal \"%s\" does not"
                            .formatted(options.journal().orElseThrow()));
        }
    }

    private static void requireFit(BulkOptions options, BulkSession session) throws UsageException, IOException {
        if (isToBeResumed(options) && !session.isOfThisTask()) {
            throw inTheWay(
                    "--output",
                    options.results().orElseThrow(),
                    "holds the results of another task: its labels, schema, prompt, cap, tier or model were others");
        }
        if (options.lane() == Lane.NOW && session.hasOpenBatches()) {
            throw new UsageException(
                    "bad_argument", "--lane now: items are under way in batches; finish them with --lane batch");
        }
    }

    private static boolean isToBeResumed(BulkOptions options) throws IOException {
        return options.existing() == Existing.RESUMED
                && options.results().isPresent()
                && Files.exists(options.results().get())
                && Files.size(options.results().get()) > 0;
    }

    private static UsageException inTheWay(String option, Path file, String why) {
        return new UsageException(
                "output_exists",
                "%s: \"%s\" %s; name another file, or replace it with --force".formatted(option, file, why));
    }

    private void print(BulkDocument document, BulkOptions options) {
        if (options.output() == Output.JSON) {
            terminal.out().println(json.document(document));
        } else {
            PrintStream people = options.results().isPresent() ? terminal.out() : terminal.err();
            document.lines().forEach(line -> people.println(TextOutput.visible(line)));
        }
        if (document.error() != null) {
            terminal.err()
                    .println("cadre: " + TextOutput.visible(document.error().message()));
        }
    }
}
