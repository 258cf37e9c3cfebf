// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.bulk.BulkTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is asked of a model about every item, the same for all commands over the lines of a file. */
final class TaskOptions {
    private static final long MAX_SCHEMA_BYTES = 1_000_000;
    private static final int MAX_PROMPT_CHARACTERS = 100_000;
    private static final int MAX_OUTPUT = 1_000_000;

    @Option(names = "--labels", paramLabel = "A,B,C", description = "every item gets exactly one of these")
    private @Nullable String labels;

    @Option(
            names = "--schema",
            paramLabel = "FILE",
            defaultValue = "",
            description = "every item gets an object of this JSON schema")
    private String schema = "";

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "what the model is to do or go by")
    private String prompt = "";

    @Option(
            names = "--max-output",
            paramLabel = "TOKENS",
            defaultValue = "",
            description =
                    "most tokens of an answer, in which a model may think first (default: 2000; enough for a label with --labels)")
    private String maxOutput = "";

    boolean hasLabels() {
        return labels != null;
    }

    boolean hasSchema() {
        return !schema.isEmpty();
    }

    Optional<Path> schemaFile() throws UsageException {
        return OptionValues.path("--schema", schema);
    }

    /** The labels as they were typed. */
    List<String> labels() {
        return labels == null
                ? List.of()
                : Arrays.stream(labels.split(",", -1)).map(String::strip).toList();
    }

    BulkTask ofLabels() throws UsageException {
        return ofLabels("--labels", labels());
    }

    /** @param option whose value the labels are */
    BulkTask ofLabels(String option, List<String> each) throws UsageException {
        try {
            return capped(BulkTask.labels(each, checkedPrompt()));
        } catch (IllegalArgumentException e) {
            throw new UsageException("bad_argument", option + ": " + e.getMessage());
        }
    }

    BulkTask ofSchema() throws UsageException {
        try {
            return capped(BulkTask.schema(schemaText(), checkedPrompt()));
        } catch (IllegalArgumentException e) {
            throw new UsageException("bad_schema", "--schema: \"" + schema + "\": " + e.getMessage());
        }
    }

    private BulkTask capped(BulkTask task) throws UsageException {
        return maxOutput.isEmpty() ? task : task.capped(OptionValues.count("--max-output", maxOutput, MAX_OUTPUT));
    }

    private String checkedPrompt() throws UsageException {
        if (prompt.length() > MAX_PROMPT_CHARACTERS) {
            throw new UsageException(
                    "bad_argument",
                    "--prompt has %d characters; at most %d are allowed"
                            .formatted(prompt.length(), MAX_PROMPT_CHARACTERS));
        }
        return prompt;
    }

    private String schemaText() throws UsageException {
        Path file = schemaFile().orElseThrow();
        try {
            if (Files.size(file) > MAX_SCHEMA_BYTES) {
                throw new UsageException("bad_schema", "--schema: \"" + schema + "\" is longer than 1 MB");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UsageException("bad_schema", "--schema: \"" + schema + "\" cannot be read");
        }
    }
}
