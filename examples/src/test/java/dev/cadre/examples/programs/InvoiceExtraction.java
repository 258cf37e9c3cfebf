// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Extracts invoices from texts, in bulk and constant memory. A small model reads each text; an answer of the wrong form is
 * repaired once, and one whose sums are wrong goes to a larger model.
 */
final class InvoiceExtraction {
    record Scan(String id, String text) {}

    record Line(String what, long cents) {}

    record Invoice(String number, LocalDate date, List<Line> lines, long totalCents) {
        boolean addsUp() {
            return lines.stream().mapToLong(Line::cents).sum() == totalCents;
        }
    }

    static final SubtaskType<Scan, Invoice> EXTRACT = SubtaskType.model(
                    "extract_invoice",
                    Scan.class,
                    Invoice.class,
                    "Read the invoice. Amounts are in cents; tax is a line of its own.")
            .upTo(Tier.MINI)
            .accept("the lines add up to the total", (scan, invoice) -> invoice.addsUp())
            .accept(
                    "the text has the number of the invoice",
                    (scan, invoice) -> scan.text().contains(invoice.number()));

    private InvoiceExtraction() {}

    /**
     * Hands over each invoice as it is read, on the calling thread, and blocks until the last one. Spends no more than the
     * budget.
     */
    static BulkSummary extract(
            ModelPools models, Stream<Scan> scans, Budget budget, Consumer<? super BulkItem<Invoice>> each)
            throws InterruptedException {
        return Coordinator.of(models).bulk(EXTRACT).keyedBy(Scan::id).run(scans, budget, each);
    }
}
