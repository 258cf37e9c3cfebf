// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.Bulk;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.journal.FileJournal;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippet of docs/bulk.md, and runs it again. */
class BulkGuideTest {
    record Ticket(String id, String text) {}

    record Label(String name) {}

    static final SubtaskType<Ticket, Label> LABEL =
            SubtaskType.model("label", Ticket.class, Label.class, "Label the ticket: bug, question or wish.");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    final List<String> printed = new ArrayList<>();

    private BulkSummary label(Stream<Ticket> tickets) throws InterruptedException {
        Coordinator coordinator = Coordinator.of(model.pools());
        Path file = folder.resolve("labels.journal");

        // region bulk
        try (var journal = FileJournal.open(file)) {
            BulkSummary summary = coordinator
                    .bulk(LABEL)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .run(tickets, Budget.usd("5.00"), item -> printed.add(item.key() + " " + item.outcome()));
            return summary;
        }
        // endregion
    }

    @Test
    void pack_isPricedBelowItsItems() {
        Coordinator coordinator = Coordinator.of(model.pools());
        List<Ticket> tickets = IntStream.range(0, 100)
                .mapToObj(i -> new Ticket("T" + i, "it breaks"))
                .toList();
        Money alone = coordinator.bulk(LABEL).preview(tickets.stream()).low();

        // region packing
        Bulk<Ticket, Label> packed = coordinator.bulk(LABEL).keyedBy(Ticket::id).packing(10);
        Money least = packed.preview(tickets.stream()).low();
        // endregion

        assertThat(least.picoUsd()).isLessThan(alone.picoUsd() * 6 / 10);
    }

    private void rate(Stream<Json> tickets) throws InterruptedException {
        Coordinator coordinator = Coordinator.of(model.pools());

        // region given-schema
        SubtaskType<Json, Json.Obj> rate = SubtaskType.json("rate", """
                {"type": "object",
                 "properties": {"severity": {"type": "integer", "minimum": 1, "maximum": 5}},
                 "required": ["severity"],
                 "additionalProperties": false}""", "How severe is the ticket?");
        coordinator
                .bulk(rate)
                .run(
                        tickets,
                        Budget.usd("0.10"),
                        item -> item.outcome()
                                .ifSucceeded()
                                .ifPresent(answer -> printed.add("severity " + answer.intValue("severity"))));
        // endregion
    }

    @Test
    void answer_hasTheShapeThatWasGiven() throws Exception {
        model.when("a rating", call -> call.purpose().input().contains("breaks"))
                .costing(1_000, 400)
                .repliesText("{\"severity\":4}");
        model.when("a rating", call -> call.purpose().input().contains("blue"))
                .costing(1_000, 400)
                .repliesText("{\"severity\":0}");

        rate(Stream.of(Json.obj().with("text", "it breaks"), Json.obj().with("text", "make it blue")));

        assertThat(printed).containsExactly("severity 4");
    }

    @Test
    void run_again_paysForNewItemsOnly() throws Exception {
        model.on(LABEL).costing(1_000, 400).replies(new Label("bug"));

        BulkSummary first = label(Stream.of(new Ticket("T1", "it breaks"), new Ticket("T2", "it hangs")));
        BulkSummary second = label(Stream.of(new Ticket("T2", "it hangs"), new Ticket("T3", "it sleeps")));

        assertThat(first.spend().total()).isEqualTo(Money.usd("0.0014"));
        assertThat(second.reused()).isEqualTo(1);
        assertThat(second.sessionSpend().total()).isEqualTo(Money.usd("0.0007"));
        assertThat(second.spend().total()).isEqualTo(Money.usd("0.0021"));
        assertThat(second.stop()).isEqualTo(BulkSummary.Stop.END_OF_INPUT);
        assertThat(printed).hasSize(4);
        assertThat(model.calls()).hasSize(3);
    }
}
