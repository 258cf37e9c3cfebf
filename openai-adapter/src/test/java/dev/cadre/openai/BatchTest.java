// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.Lane;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Tickets to be labelled by batches of the loopback server, on a clock that does not wait. */
abstract class BatchTest extends LoopbackTest {
    record Ticket(String id, String text) {}

    record Label(String name) {}

    static final SubtaskType<Ticket, Label> LABEL =
            SubtaskType.model("label", Ticket.class, Label.class, "Label the ticket.");
    static final TokenUsage USED = TokenUsage.of(1_000, 400);
    /** 1,000 in at 0.10 and 400 out at 0.625 dollars per million: half of nano's price. */
    static final Money ITEM = Money.usd("0.00035");

    @TempDir
    Path folder;

    final PatientClock clock = new PatientClock();
    final ModelPools pools =
            OpenAi.fromEnv(Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", server.baseUrl()), pool -> pool);
    final Coordinator coordinator = Coordinator.builder(pools).clock(clock).build();
    final List<BulkItem<Label>> items = new ArrayList<>();

    @AfterEach
    void close() {
        pools.close();
    }

    static Stream<Ticket> tickets(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Ticket("T" + i, "ticket <" + i + ">"));
    }

    static boolean asks(LoopbackRequest request, int ticket) {
        return request.inputText().contains("ticket <" + ticket + ">");
    }

    static LoopbackReply label(String name) {
        return LoopbackReply.text("{\"name\":\"" + name + "\"}").usage(USED);
    }

    FileJournal journal() {
        return FileJournal.open(folder.resolve("labels.journal"));
    }

    BulkSummary run(int tickets) throws InterruptedException {
        return run(tickets(tickets), BatchLimits.of(50_000, 200_000_000), Budget.usd("5.00"));
    }

    BulkSummary run(Stream<Ticket> tickets, BatchLimits limits, Budget budget) throws InterruptedException {
        try (var journal = journal()) {
            return coordinator
                    .bulk(LABEL)
                    .keyedBy(Ticket::id)
                    .journal(journal)
                    .lane(Lane.BATCH)
                    .batchLimits(limits)
                    .run(tickets, budget, items::add);
        }
    }

    List<String> succeeded() {
        return items.stream()
                .filter(item -> item.outcome().ifSucceeded().isPresent())
                .map(BulkItem::key)
                .toList();
    }

    Failure failure(String key) {
        return items.stream()
                .filter(item -> item.key().equals(key))
                .flatMap(item -> item.outcome() instanceof Outcome.Failed<Label>(Failure failure)
                        ? Stream.of(failure)
                        : Stream.empty())
                .findFirst()
                .orElseThrow();
    }

    static Money billed() {
        return server.cost(ModelCatalog.standard());
    }

    void assertNothingIsOpen() {
        try (var journal = journal()) {
            assertThat(journal.batches("bulk-label"))
                    .filteredOn(JournalEntry.Enqueued.class::isInstance)
                    .isEmpty();
        }
    }
}
