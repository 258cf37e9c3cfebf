// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.bulk.Lane;
import dev.cadre.cli.BulkOptions.Existing;
import dev.cadre.cli.bulk.BulkTask;
import dev.cadre.cli.bulk.InputForm;
import dev.cadre.cli.bulk.ItemImages;
import dev.cadre.cli.bulk.ResultFile;
import dev.cadre.cli.bulk.ResultForm;
import dev.cadre.cli.bulk.Selection;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code cadre bulk} as they were typed; {@link #checked} makes sense of them. */
final class BulkArguments {
    private static final String STANDARD = "-";
    private static final String JOURNAL_SUFFIX = ".journal";
    private static final int MAX_LIMIT = 999_999_999;
    private static final int MAX_PACK = 100;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "FILE",
            description = "items: JSON lines, CSV, TSV or a JSON array, gzip or not; - for standard input")
    String input = "";

    @Option(
            names = "--input-format",
            paramLabel = "FORM",
            defaultValue = "auto",
            description = "auto, jsonl, csv, tsv or json (default: ${DEFAULT-VALUE}, by name and content)")
    String inputFormat = "auto";

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE",
            description = "one result an item, in order of completion; - for standard output")
    String output = "";

    @Option(
            names = "--output-format",
            paramLabel = "FORM",
            defaultValue = "auto",
            description = "auto, jsonl, csv or tsv (default: ${DEFAULT-VALUE}, by the name of the output)")
    String outputFormat = "auto";

    @Option(names = "--keep-input", description = "put the item beside each result")
    boolean keepsInput;

    @Option(
            names = "--dead-letters",
            paramLabel = "FILE",
            defaultValue = "",
            description = "items that failed or were malformed, with the reason, as JSON lines that can be input again")
    String deadLetters = "";

    @Mixin
    final TaskOptions task = new TaskOptions();

    @Option(
            names = "--tier",
            paramLabel = "TIER",
            defaultValue = "nano",
            description = "nano or mini (default: ${DEFAULT-VALUE})")
    String tier = "nano";

    @Option(
            names = "--lane",
            paramLabel = "LANE",
            defaultValue = "now",
            description = "now, or batch: within a day, at half the price (default: ${DEFAULT-VALUE})")
    String lane = "now";

    @Option(
            names = "--image",
            paramLabel = "FIELD",
            description =
                    "this field or column names a picture, by a path below the input's folder or an https address;"
                            + " may be given several times")
    List<String> images = List.of();

    @Option(
            names = "--image-detail",
            paramLabel = "DETAIL",
            defaultValue = "high",
            description = "low, high or original: how closely a model looks (default: ${DEFAULT-VALUE})")
    String imageDetail = "high";

    @Option(
            names = "--pack",
            paramLabel = "N",
            defaultValue = "1",
            description = "so many items in one call, which is cheaper for short items (default: ${DEFAULT-VALUE})")
    String pack = "1";

    @Mixin
    final SpendingOptions spending = new SpendingOptions();

    @Option(
            names = "--journal",
            paramLabel = "FILE",
            defaultValue = "",
            description = "record the run here, resume it from here (default: the output with " + JOURNAL_SUFFIX + ")")
    String journal = "";

    @Option(
            names = Caches.OPTION,
            paramLabel = "DIR",
            defaultValue = "",
            description =
                    "take what other runs got for the same items from this folder, and keep it there; not in batches")
    String cache = "";

    @Option(names = "--dry-run", description = "count and price only: no call, no key, no output")
    boolean isDry;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "",
            description = "only the first N of the items that are left (default: all)")
    String limit = "";

    @Option(names = "--only-failed", description = "only items that failed in an earlier run of the same journal")
    boolean onlyFailed;

    @Option(names = "--force", description = "replace an output of another task")
    boolean force;

    @Mixin
    final JsonOption json = new JsonOption();

    @Mixin
    final ProgressOption progress = new ProgressOption();

    BulkOptions checked() throws UsageException {
        Optional<Path> from = file("--input", input);
        Optional<Path> to = file("--output", output);
        Optional<Path> record = OptionValues.path("--journal", journal)
                .or(() -> to.map(path -> path.resolveSibling(path.getFileName() + JOURNAL_SUFFIX)));
        if (from.isPresent()) {
            OptionValues.requireReadable("--input", from.get());
        }
        Tier chosen = OptionValues.oneOf("--tier", tier, new Tier[] {Tier.NANO, Tier.MINI});
        var options = new BulkOptions(
                from.orElse(null),
                forms(),
                to.orElse(null),
                record.orElse(null),
                force ? Existing.REPLACED : Existing.RESUMED,
                new BulkOptions.Extent(selection(record), isDry),
                shown(task().on(chosen), from).packed(OptionValues.count("--pack", pack, MAX_PACK)),
                chosen,
                chosenLane(),
                spending.budget(),
                spending.parallel(),
                json.output(),
                progress.progress(),
                OptionValues.path(Caches.OPTION, cache).orElse(null));
        requireOutput(options);
        requireDeadLetters(options);
        requireApart(options);
        requireLane(options);
        return options;
    }

    private Selection selection(Optional<Path> record) throws UsageException {
        if (onlyFailed && record.filter(Files::exists).isEmpty()) {
            throw new UsageException(
                    "bad_argument",
                    "--only-failed needs the journal of an earlier run%s"
                            .formatted(record.map(", and \"%s\" does not exist"::formatted)
                                    .orElse("")));
        }
        return new Selection(
                limit.isEmpty() ? Long.MAX_VALUE : OptionValues.count("--limit", limit, MAX_LIMIT),
                onlyFailed ? Selection.Which.FAILED_BEFORE : Selection.Which.ALL);
    }

    private BulkOptions.Forms forms() throws UsageException {
        return new BulkOptions.Forms(
                OptionValues.oneOf("--input-format", inputFormat, InputForm.values()),
                OptionValues.oneOf("--output-format", outputFormat, ResultForm.values())
                        .of(output),
                keepsInput,
                OptionValues.path("--dead-letters", deadLetters).orElse(null));
    }

    private static Optional<Path> file(String option, String value) throws UsageException {
        if (value.isEmpty()) {
            throw OptionValues.refused(option, value, "a path");
        }
        return value.equals(STANDARD) ? Optional.empty() : OptionValues.path(option, value);
    }

    private BulkTask task() throws UsageException {
        if (task.hasLabels() == task.hasSchema()) {
            throw new UsageException("bad_argument", "give either --labels or --schema");
        }
        return task.hasLabels() ? task.ofLabels() : task.ofSchema();
    }

    private void requireOutput(BulkOptions options) throws UsageException {
        if (options.results().isEmpty()) {
            if (options.output() == Output.JSON) {
                throw new UsageException("bad_argument", "--json: standard output is taken by --output -");
            }
            return;
        }
        Path target = options.results().get();
        requirePlace("--output", target);
        OptionValues.requireOther(
                "--output",
                target,
                "the input, the schema or the journal",
                present(List.of(options.input(), options.journal(), task.schemaFile())));
    }

    /** The files beside those that are named must not be named for something else: they are made and deleted. */
    private void requireApart(BulkOptions options) throws UsageException {
        Map<String, Path> named = new LinkedHashMap<>();
        options.input().ifPresent(path -> named.put("--input", path));
        task.schemaFile().ifPresent(path -> named.put("--schema", path));
        options.journal().ifPresent(path -> named.put("--journal", path));
        options.results().ifPresent(path -> named.put("--output", path));
        options.forms().deadLetters().ifPresent(path -> named.put("--dead-letters", path));
        var beside = new ArrayList<Path>();
        options.journal().ifPresent(path -> beside.add(FileJournal.lockOf(path)));
        options.results().ifPresent(path -> beside.addAll(ResultFile.beside(path)));
        options.forms().deadLetters().ifPresent(path -> beside.addAll(ResultFile.beside(path)));
        for (Map.Entry<String, Path> each : named.entrySet()) {
            OptionValues.requireOther(
                    each.getKey(),
                    each.getValue(),
                    "a file that this command makes beside another one and deletes",
                    beside);
        }
    }

    private Lane chosenLane() throws UsageException {
        return OptionValues.oneOf("--lane", lane, Lane.values());
    }

    private BulkTask shown(BulkTask asked, Optional<Path> from) throws UsageException {
        Attachment.Detail detail = OptionValues.oneOf("--image-detail", imageDetail, Attachment.Detail.values());
        if (images.isEmpty()) {
            return asked;
        }
        Path folder = from.map(Path::toAbsolutePath)
                .map(Path::getParent)
                .orElse(Path.of("").toAbsolutePath());
        try {
            int atOnce = chosenLane() == Lane.NOW ? spending.parallel() : 1;
            return asked.showing(ItemImages.of(RootFolder.of(folder), images, detail, atOnce));
        } catch (IOException e) {
            throw new UsageException("no_such_folder", "--input: the folder of \"%s\" does not exist".formatted(input));
        }
    }

    private void requireLane(BulkOptions options) throws UsageException {
        if (options.lane() == Lane.BATCH && options.task().isPacked()) {
            throw new UsageException(
                    "bad_argument", "--pack %s: each item of a batch is a call of its own".formatted(pack));
        }
        if (options.lane() == Lane.BATCH && options.cache().isPresent()) {
            throw new UsageException("bad_argument", "--cache: the items of batches take no part in a cache");
        }
    }

    private void requireDeadLetters(BulkOptions options) throws UsageException {
        if (options.forms().deadLetters().isEmpty()) {
            return;
        }
        Path target = options.forms().deadLetters().get();
        requirePlace("--dead-letters", target);
        OptionValues.requireOther(
                "--dead-letters",
                target,
                "the input, the output, the schema or the journal",
                present(List.of(options.input(), options.results(), options.journal(), task.schemaFile())));
    }

    private static List<Path> present(List<Optional<Path>> files) {
        return files.stream().flatMap(Optional::stream).toList();
    }

    private static void requirePlace(String option, Path target) throws UsageException {
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new UsageException(
                    "no_such_folder", "%s: the folder of \"%s\" does not exist".formatted(option, target));
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new UsageException("bad_argument", "%s: \"%s\" is not a regular file".formatted(option, target));
        }
    }
}
