// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.examples.programs.InvoiceExtraction.Invoice;
import dev.cadre.examples.programs.InvoiceExtraction.Line;
import dev.cadre.examples.programs.InvoiceExtraction.Scan;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.task.Outcome;
import dev.cadre.testing.ScriptedModel;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InvoiceExtractionTest {
    private static final Scan SMOOTH = new Scan("s1", "Invoice A-1: paper 10.00, tax 1.90, total 11.90");
    private static final Scan MALFORMED = new Scan("s2", "Invoice A-2: ink 20.00, tax 3.80, total 23.80");
    private static final Scan BLURRED = new Scan("s3", "Invoice A-3: desk 300.00, tax 57.00, total 357.00");
    private static final Scan HOPELESS = new Scan("s4", "Invoice A-4: total 1.00");

    final ScriptedModel model = new ScriptedModel();
    final Map<String, BulkItem<Invoice>> items = new HashMap<>();

    private static Invoice invoice(String number, long net, long tax, long total) {
        return new Invoice(
                number, LocalDate.of(2026, 3, 1), List.of(new Line("goods", net), new Line("tax", tax)), total);
    }

    @Test
    void texts_areExtracted_repaired_escalated_orFail() throws Exception {
        model.on(InvoiceExtraction.EXTRACT, SMOOTH).costing(500, 100).replies(invoice("A-1", 1000, 190, 1190));
        model.on(InvoiceExtraction.EXTRACT, MALFORMED)
                .costing(500, 100)
                .repliesText("{\"number\":\"A-2\",\"date\":\"March\",\"lines\":[],\"totalCents\":\"23.80\"}")
                .costing(800, 100)
                .replies(invoice("A-2", 2000, 380, 2380));
        model.on(InvoiceExtraction.EXTRACT, BLURRED)
                .costing(500, 100)
                .replies(invoice("A-3", 3000, 5700, 35700)) // a digit lost
                .costing(800, 100)
                .replies(invoice("A-3", 30000, 5700, 35700));
        model.on(InvoiceExtraction.EXTRACT, HOPELESS).costing(500, 100).replies(invoice("A-4", 0, 0, 100));

        BulkSummary summary = InvoiceExtraction.extract(
                model.pools(),
                Stream.of(SMOOTH, MALFORMED, BLURRED, HOPELESS),
                Budget.usd("0.10"),
                item -> items.put(item.key(), item));

        assertThat(items.values())
                .filteredOn(item -> item.outcome().isSucceeded())
                .extracting(BulkItem::key, item -> item.outcome().ifSucceeded().orElseThrow())
                .containsExactlyInAnyOrder(
                        tuple("s1", invoice("A-1", 1000, 190, 1190)),
                        tuple("s2", invoice("A-2", 2000, 380, 2380)),
                        tuple("s3", invoice("A-3", 30000, 5700, 35700)));
        assertThat(items.get("s4"))
                .extracting(BulkItem::outcome)
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.reason())
                                .isEqualTo(
                                        "failed: NOT_ACCEPTED: the answer breaks the rule 'the lines add up to the total'"));
        assertThat(model.calls())
                .extracting(
                        call -> call.purpose().subtaskId(),
                        call -> call.purpose().kind(),
                        call -> call.purpose().tier())
                .containsExactlyInAnyOrder(
                        tuple("s1", CallPurpose.Kind.WORK, Tier.NANO),
                        tuple("s2", CallPurpose.Kind.WORK, Tier.NANO),
                        tuple("s2", CallPurpose.Kind.REPAIR, Tier.NANO),
                        tuple("s3", CallPurpose.Kind.WORK, Tier.NANO),
                        tuple("s3", CallPurpose.Kind.ESCALATION, Tier.MINI),
                        tuple("s4", CallPurpose.Kind.WORK, Tier.NANO),
                        tuple("s4", CallPurpose.Kind.ESCALATION, Tier.MINI));
        // nano 4 x $0.000225 and a repair of $0.000285, mini $0.00105 and $0.000825
        assertThat(summary)
                .hasToString("4 items: 3 succeeded, 1 failed, 0 skipped; END_OF_INPUT; spent $0.00306 of $0.10");
    }
}
