// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.price.Money;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything the command line of {@code cadre search} says, checked.
 *
 * @param repo an existing folder
 * @param budget most that may be spent; an offline search spends nothing
 * @param parallel most model calls at a time
 * @param journalFile where the run is recorded, or null
 * @param reportFile where the page about the run is written, or null
 * @param cacheFolder where outcomes of models are taken from and kept, or null
 */
record SearchOptions(
        Path repo,
        SearchQuestion question,
        Money budget,
        int parallel,
        Duration deadline,
        Offline offline,
        Steps steps,
        Output output,
        TextOutput.Look look,
        Explain explain,
        Progress progress,
        @Nullable Path journalFile,
        @Nullable Path reportFile,
        @Nullable Path cacheFolder) {

    /** Where outcomes of models are taken from and kept; empty if nowhere. */
    Optional<Path> cache() {
        return Optional.ofNullable(cacheFolder);
    }

    /** Where the run is recorded, and resumed from; empty if it is not. */
    Optional<Path> journal() {
        return Optional.ofNullable(journalFile);
    }

    /** Where the page about the run is written; empty if there is to be none. */
    Optional<Path> report() {
        return Optional.ofNullable(reportFile);
    }

    /** Whether a model may be used. */
    enum Offline {
        ALWAYS,
        WITHOUT_KEY
    }

    /** How far the search goes. */
    enum Steps {
        PLAN_ONLY,
        ALL
    }

    /** Whether scores are shown. */
    enum Explain {
        YES,
        NO
    }
}
