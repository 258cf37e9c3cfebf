// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.Coordinator;
import dev.cadre.cli.bulk.BulkOutput;
import dev.cadre.cli.bulk.BulkSession;
import dev.cadre.cli.bulk.InputFile;
import dev.cadre.cli.bulk.ResultForm;
import dev.cadre.cli.bulk.ResultOutput;
import dev.cadre.cli.bulk.UnreadableInputException;
import dev.cadre.journal.FileJournal;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.RunClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Counts and prices what {@code cadre bulk} would do; calls nobody and writes nothing. */
record BulkDryRun(Models models, RunClock clock) {
    /** Nothing is sent with it. */
    private static final String NO_KEY = "none";

    BulkDocument look(BulkOptions options, InputFile input, @Nullable FileJournal journal)
            throws UsageException, IOException {
        Models priced = models.hasKey() ? models : models.with("OPENAI_API_KEY", NO_KEY);
        try (ModelPools pools = priced.open(options.parallel())) {
            Coordinator coordinator = Coordinator.builder(pools).clock(clock).build();
            var reasons = new BulkForecast.Reasons();
            var nowhere = new BulkOutput(ResultOutput.NONE, ResultForm.JSONL, false, ResultOutput.NONE);
            BulkSession session = BulkCommand.session(() -> new BulkSession(
                    coordinator,
                    options.task(),
                    options.lane(),
                    journal,
                    input,
                    nowhere,
                    (line, tally) -> reasons.hear(line)));
            BulkSession.Survey survey =
                    session.survey(options.budget(), options.extent().selection());
            BulkForecast found =
                    BulkForecast.of(input, survey, reasons.first(), options.budget(), session.spentBefore());
            return BulkDocument.dry(options, pools.pool(options.tier()).model(), survey, found);
        } catch (UnpricedException e) {
            throw models.unpriced(e);
        } catch (UncheckedIOException e) {
            throw e.getCause() instanceof UnreadableInputException unreadable ? unreadable : e.getCause();
        }
    }
}
