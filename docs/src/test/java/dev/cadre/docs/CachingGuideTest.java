// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cache.FileCache;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippet of docs/caching.md. */
class CachingGuideTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");

    @Test
    void secondRun_takesTheOutcomeOfTheFirst(@TempDir Path folder) throws Exception {
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 400).replies(new Note("They purr."));
        ModelPools models = model.pools();
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        TaskGraph<Note> notes = graph.answering(cats);

        // region caching
        FileCache cache = FileCache.open(folder, new FileCache.Limits(100_000_000, Duration.ofDays(7)));
        Coordinator coordinator = Coordinator.of(models).cache(cache);

        RunResult<Note> first = coordinator.run(notes, Budget.usd("0.05"));
        RunResult<Note> second = coordinator.run(notes, Budget.usd("0.05")); // asks no model
        String told = "%d from the cache, saved %s"
                .formatted(second.report().fromCache(), second.report().saved());
        // endregion

        assertThat(second.requireComplete()).isEqualTo(first.requireComplete());
        assertThat(told).isEqualTo("1 from the cache, saved $0.0007");
        assertThat(second.spend().attempts()).isZero();
    }
}
