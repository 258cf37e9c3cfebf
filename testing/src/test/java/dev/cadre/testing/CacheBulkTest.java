// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.cache.CachedOutcome;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bulk runs that take items from a cache. */
@Timeout(60)
class CacheBulkTest {
    private static final Budget BUDGET = Budget.usd("0.05");

    @TempDir
    Path folder;

    private final WatchedCache cache = new WatchedCache();
    private final List<BulkItem<Note>> items = new ArrayList<>();
    private final List<RunEvent> events = new CopyOnWriteArrayList<>();

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 400).replies(new Note("They make noise."));
        return model;
    }

    private Coordinator coordinator(ScriptedModel model, OutcomeCache with) {
        return Coordinator.builder(model.pools()).listener(events::add).build().cache(with);
    }

    private BulkSummary run(Coordinator coordinator, Budget budget, String... topics) throws InterruptedException {
        items.clear();
        events.clear();
        return coordinator.bulk(NOTE).keyedBy(Topic::name).run(Stream.of(topics).map(Topic::new), budget, items::add);
    }

    @Test
    void itemOfAnEarlierRun_costsNothing_andIsCountedApart() throws Exception {
        run(coordinator(model(), cache), BUDGET, "cats", "dogs");
        var model = model();

        BulkSummary second = run(coordinator(model, cache), BUDGET, "cats", "fish");

        assertThat(model.calls()).hasSize(1);
        assertThat(second.succeeded()).isEqualTo(2);
        assertThat(second.fromCache()).isEqualTo(1);
        assertThat(second.reused()).isZero();
        assertThat(second.saved()).isEqualTo(Money.usd(Crew.NOTE_USD));
        assertThat(second.spend().total()).isEqualTo(Money.usd(Crew.NOTE_USD));
        assertThat(second.toString()).contains("2 succeeded, 0 failed, 0 skipped, 1 of them from the cache");
        assertThat(items)
                .filteredOn(BulkItem::fromCache)
                .singleElement()
                .hasToString("item 0 'cats': Succeeded[Note[text=They make noise.]],"
                        + " from the cache, 3 h old, saved $0.0007");
        assertThat(events)
                .filteredOn(RunEvent.CacheHit.class::isInstance)
                .singleElement()
                .extracting(event -> ((RunEvent.CacheHit) event).subtaskId())
                .isEqualTo("cats");
    }

    @Test
    void bulkWithoutMoney_hasWhatTheCacheHas() throws Exception {
        run(coordinator(model(), cache), BUDGET, "cats");

        BulkSummary second = run(coordinator(new ScriptedModel(), cache), Budget.of(Money.ofPico(1)), "cats", "dogs");

        assertThat(second.succeeded()).isEqualTo(1);
        assertThat(second.skipped()).isEqualTo(1);
        assertThat(second.spend().total()).isEqualTo(Money.ZERO);
    }

    @Test
    void graphAndBulk_shareOutcomes() throws Exception {
        run(coordinator(model(), cache), BUDGET, "cats");
        var graph = dev.cadre.task.TaskGraph.builder();
        var cats = graph.add("x", NOTE, new Topic("cats"));

        assertThat(coordinator(new ScriptedModel(), cache)
                        .run(graph.answering(cats), BUDGET)
                        .report()
                        .fromCache())
                .isEqualTo(1);
    }

    @Test
    void itemFromTheCache_isInTheJournal() throws Exception {
        run(coordinator(model(), cache), BUDGET, "cats");
        Path file = folder.resolve("bulk.journal");
        for (int session = 1; session <= 2; session++) {
            OutcomeCache has = session == 1 ? cache : new WatchedCache();
            try (var journal = FileJournal.open(file)) {
                BulkSummary summary = run(coordinator(new ScriptedModel(), has).journal(journal), BUDGET, "cats");

                assertThat(summary.fromCache()).isEqualTo(session == 1 ? 1 : 0);
                assertThat(summary.reused()).isEqualTo(session == 1 ? 0 : 1);
            }
        }
    }

    @Test
    void packedItems_areKeptEach_butNotFoundByOtherPacks() throws Exception {
        Money paid = Money.ZERO;
        Money saved = Money.ZERO;
        for (int run = 1; run <= 2; run++) {
            var model = run == 1 ? model() : new ScriptedModel();
            items.clear();
            BulkSummary summary = coordinator(model, cache)
                    .bulk(NOTE)
                    .packing(2)
                    .run(Stream.of(new Topic("cats"), new Topic("dogs")), BUDGET, items::add);
            assertThat(summary.fromCache()).isEqualTo(run == 1 ? 0 : 2);
            assertThat(summary.succeeded()).isEqualTo(2);
            assertThat(summary.spend().attempts()).isEqualTo(run == 1 ? 1 : 0);
            paid = paid.plus(summary.spend().total());
            saved = saved.plus(summary.saved());
        }
        assertThat(saved).isEqualTo(paid);
        var model = model();

        run(coordinator(model, cache), BUDGET, "cats", "dogs");

        assertThat(model.calls()).as("asked by themselves").hasSize(2);
    }

    @Test
    void cacheThatThrows_isANote() throws Exception {
        var broken = new OutcomeCache() {
            @Override
            public Optional<Hit> find(Fingerprint work) {
                throw new IllegalStateException("no connection");
            }

            @Override
            public void keep(Fingerprint work, CachedOutcome outcome) {
                throw new IllegalStateException("no connection");
            }
        };

        BulkSummary summary = run(coordinator(model(), broken), BUDGET, "cats", "dogs");

        assertThat(summary.succeeded()).isEqualTo(2);
        assertThat(summary.notes()).singleElement().asString().contains("the outcome cache failed (4 times)");
        assertThat(items).extracting(BulkItem::outcome).allMatch(Outcome::isSucceeded);
    }
}
