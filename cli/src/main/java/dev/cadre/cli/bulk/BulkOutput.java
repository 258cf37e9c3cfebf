// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.IOException;

/**
 * Where the results of a run go, and how.
 *
 * @param form of the results, not {@link ResultForm#AUTO}
 * @param keepsInput whether each result has its item beside it
 * @param deadLetters what failed or was malformed, as JSON lines that can be input again
 */
public record BulkOutput(ResultOutput results, ResultForm form, boolean keepsInput, ResultOutput deadLetters)
        implements AutoCloseable {

    ResultLayout layout(BulkTask task, InputFile input) {
        return switch (form) {
            case AUTO, JSONL -> new JsonLayout(keepsInput);
            case CSV -> new TableLayout(',', input.columns(), task.fields(), keepsInput);
            case TSV -> new TableLayout('\t', input.columns(), task.fields(), keepsInput);
        };
    }

    /** Whether anything but what the model said of an item is asked for when it has ended. */
    boolean needsItems(InputFile input) {
        return keepsInput
                || !deadLetters.equals(ResultOutput.NONE)
                || (form != ResultForm.JSONL && !input.columns().isEmpty());
    }

    @Override
    public void close() throws IOException {
        try (results) {
            deadLetters.close();
        }
    }
}
