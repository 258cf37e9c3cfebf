// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.bulk.Lane;
import dev.cadre.cli.bulk.BulkTask;
import dev.cadre.cli.bulk.InputForm;
import dev.cadre.cli.bulk.ResultForm;
import dev.cadre.cli.bulk.Selection;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything the command line of {@code cadre bulk} says, checked.
 *
 * @param inputFile an existing file, or null for standard input
 * @param outputFile where the results go, or null for standard output
 * @param journalFile where the run is recorded, or null
 * @param existing what may be done to an output that is there already
 * @param parallel most model calls at a time
 * @param cacheFolder where outcomes are taken from and kept, or null
 */
record BulkOptions(
        @Nullable Path inputFile,
        Forms forms,
        @Nullable Path outputFile,
        @Nullable Path journalFile,
        Existing existing,
        Extent extent,
        BulkTask task,
        Tier tier,
        Lane lane,
        Money budget,
        int parallel,
        Output output,
        Progress progress,
        @Nullable Path cacheFolder) {

    /** Where outcomes are taken from and kept; empty if nowhere. */
    Optional<Path> cache() {
        return Optional.ofNullable(cacheFolder);
    }

    /**
     * How items and results stand in their files.
     *
     * @param output not {@link ResultForm#AUTO}
     * @param keepsInput whether each result has its item beside it
     * @param deadLetterFile where items go that failed, or null
     */
    record Forms(
            InputForm input,
            ResultForm output,
            boolean keepsInput,
            @Nullable Path deadLetterFile) {
        /** Where items go that failed; empty if nowhere. */
        Optional<Path> deadLetters() {
            return Optional.ofNullable(deadLetterFile);
        }
    }

    /**
     * How much is done.
     *
     * @param isDry whether nothing is, but to count and to price
     */
    record Extent(Selection selection, boolean isDry) {}

    /** What may be done to an output that is there already. */
    enum Existing {
        /** Replaced, if the journal knows that it is of an earlier run of the same task. */
        RESUMED,
        REPLACED
    }

    /** Where items come from; empty for standard input. */
    Optional<Path> input() {
        return Optional.ofNullable(inputFile);
    }

    /** What the user calls the input. */
    String inputName() {
        return input().map(Path::toString).orElse("-");
    }

    /** Where results go; empty for standard output. */
    Optional<Path> results() {
        return Optional.ofNullable(outputFile);
    }

    /** Where the run is recorded, and resumed from; empty if it is not. */
    Optional<Path> journal() {
        return Optional.ofNullable(journalFile);
    }
}
