// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.bulk.Lane;
import dev.cadre.cli.BulkOptions.Existing;
import dev.cadre.cli.bulk.BulkTask;
import dev.cadre.model.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code cadre bulk} as they were typed; {@link #checked} makes sense of them. */
final class BulkArguments {
    private static final String STANDARD = "-";
    private static final String JOURNAL_SUFFIX = ".journal";
    private static final long MAX_SCHEMA_BYTES = 1_000_000;
    private static final int MAX_PROMPT_CHARACTERS = 100_000;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "FILE",
            description = "one item a line, a JSON object or string; - for standard input")
    String input = "";

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE",
            description = "one result a line, in order of completion; - for standard output")
    String output = "";

    @Option(names = "--labels", paramLabel = "A,B,C", description = "every item gets exactly one of these")
    @Nullable
    String labels;

    @Option(
            names = "--schema",
            paramLabel = "FILE",
            defaultValue = "",
            description = "every item gets an object of this JSON schema")
    String schema = "";

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "what the model is to do or go by")
    String prompt = "";

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

    @Mixin
    final SpendingOptions spending = new SpendingOptions();

    @Option(
            names = "--journal",
            paramLabel = "FILE",
            defaultValue = "",
            description = "record the run here, resume it from here (default: the output with " + JOURNAL_SUFFIX + ")")
    String journal = "";

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
        Tier chosen = OptionValues.oneOf("--tier", tier, new Tier[] {Tier.NANO, Tier.MINI});
        var options = new BulkOptions(
                from.orElse(null),
                to.orElse(null),
                record.orElse(null),
                force ? Existing.REPLACED : Existing.RESUMED,
                task().on(chosen),
                chosen,
                OptionValues.oneOf("--lane", lane, Lane.values()),
                spending.budget(),
                spending.parallel(),
                json.output(),
                progress.progress());
        requireInput(options);
        requireOutput(options);
        return options;
    }

    private static Optional<Path> file(String option, String value) throws UsageException {
        if (value.isEmpty()) {
            throw OptionValues.refused(option, value, "a path");
        }
        return value.equals(STANDARD) ? Optional.empty() : OptionValues.path(option, value);
    }

    private BulkTask task() throws UsageException {
        if ((labels == null) == schema.isEmpty()) {
            throw new UsageException("bad_argument", "give either --labels or --schema");
        }
        if (prompt.length() > MAX_PROMPT_CHARACTERS) {
            throw new UsageException(
                    "bad_argument",
                    "--prompt has %d characters; at most %d are allowed"
                            .formatted(prompt.length(), MAX_PROMPT_CHARACTERS));
        }
        try {
            return labels == null
                    ? BulkTask.schema(schemaText(), prompt)
                    : BulkTask.labels(
                            Arrays.stream(labels.split(",", -1))
                                    .map(String::strip)
                                    .toList(),
                            prompt);
        } catch (IllegalArgumentException e) {
            throw labels == null
                    ? new UsageException("bad_schema", "--schema: \"" + schema + "\": " + e.getMessage())
                    : new UsageException("bad_argument", "--labels: " + e.getMessage());
        }
    }

    private String schemaText() throws UsageException {
        Path file = OptionValues.path("--schema", schema).orElseThrow();
        try {
            if (Files.size(file) > MAX_SCHEMA_BYTES) {
                throw new UsageException("bad_schema", "--schema: \"" + schema + "\" is longer than 1 MB");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UsageException("bad_schema", "--schema: \"" + schema + "\" cannot be read");
        }
    }

    private void requireInput(BulkOptions options) throws UsageException {
        if (options.input()
                .filter(path -> !Files.isReadable(path) || Files.isDirectory(path))
                .isPresent()) {
            throw new UsageException("no_such_file", "--input: \"" + input + "\" is not a file that can be read");
        }
    }

    private void requireOutput(BulkOptions options) throws UsageException {
        if (options.results().isEmpty()) {
            if (options.output() == Output.JSON) {
                throw new UsageException("bad_argument", "--json: standard output is taken by --output -");
            }
            return;
        }
        Path target = options.results().get();
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new UsageException("no_such_folder", "--output: the folder of \"" + output + "\" does not exist");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new UsageException("bad_argument", "--output: \"" + output + "\" is not a regular file");
        }
        for (Optional<Path> other :
                List.of(options.input(), options.journal(), OptionValues.path("--schema", schema))) {
            if (other.isPresent() && isSame(other.get(), target)) {
                throw new UsageException(
                        "bad_argument", "--output: \"" + output + "\" is the input, the schema or the journal");
            }
        }
    }

    private static boolean isSame(Path a, Path b) {
        try {
            return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize())
                    || (Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b));
        } catch (IOException e) {
            return false;
        }
    }
}
