// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.merge.Mergers;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.TypeRef;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists, maps and optional values as inputs, outputs and answers, without a record around them. */
class GenericTypesTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final TypeRef<List<Note>> NOTES = new TypeRef<>() {};

    private static final SubtaskType<Topic, List<Note>> FIND =
            SubtaskType.model("find", TypeRef.of(Topic.class), NOTES, "State facts about the topic.");

    private static final SubtaskType<List<Note>, Map<String, Optional<Note>>> INDEX = SubtaskType.code(
            "index",
            NOTES,
            new TypeRef<Map<String, Optional<Note>>>() {},
            (notes, context) -> Map.of("first", notes.stream().findFirst(), "none", Optional.empty()));

    private static final String PLAN = """
            {"subtasks":[
             {"type":"find","id":"cats","input":{"name":"cats"},"wires":[],"after":[]},
             {"type":"find","id":"dogs","input":{"name":"dogs"},"wires":[],"after":[]},
             {"type":"index","id":"index","input":{"value":null},
              "wires":[{"into":"value","from":"cats","field":"value"}],"after":[]}]}""";

    private final ScriptedModel model = new ScriptedModel();

    private Coordinator.Builder planning() {
        model.onPlan().replies(PLAN);
        model.on(FIND, new Topic("cats")).replies(List.of(new Note("They purr."), new Note("They sleep.")));
        model.on(FIND, new Topic("dogs")).replies(List.of(new Note("They sleep.")));
        return Coordinator.builder(model.pools()).plansWith(List.of(FIND, INDEX));
    }

    private static Goal<List<Note>> goal() {
        return Goal.of("What do pets do?", NOTES).mergedBy(Mergers.rankFusion(input -> input.values(FIND), Note::text));
    }

    @Test
    void goalOfAList_isMergedByCode() throws Exception {
        RunResult<List<Note>> result = planning().build().run(goal(), Budget.usd("0.25"));

        assertThat(result).isCompleteWith(List.of(new Note("They sleep."), new Note("They purr.")));
        assertThat(result.toToolText()).isEqualTo("[{\"text\":\"They sleep.\"},{\"text\":\"They purr.\"}]");
        assertThat(result.report().outcome("index").ifSucceeded())
                .isEqualTo(Optional.of(Map.of("first", Optional.of(new Note("They purr.")), "none", Optional.empty())));
    }

    @Test
    void collectAndDedupe_areMergersOfAGoal() throws Exception {
        SubtaskType<Topic, Note> one = SubtaskType.code(
                "one",
                Topic.class,
                Note.class,
                (topic, context) -> new Note(topic.name().substring(0, 1)));
        String plan = """
                {"subtasks":[{"type":"one","id":"a","input":{"name":"cats"},"wires":[],"after":[]},
                 {"type":"one","id":"b","input":{"name":"cows"},"wires":[],"after":[]}]}""";
        for (var goal : List.of(
                Goal.of("Collect.", NOTES).mergedBy(Mergers.collect(one)),
                Goal.of("Collect each once.", NOTES).mergedBy(Mergers.dedupe(one, Note::text)))) {
            model.onPlan().replies(plan);

            var result =
                    Coordinator.builder(model.pools()).plansWith(one).build().run(goal, Budget.usd("0.25"));

            assertThat(result.requireComplete())
                    .hasSize(goal.text().equals("Collect.") ? 2 : 1)
                    .containsOnly(new Note("c"));
        }
    }

    @Test
    void goalOfAList_isMergedByAModel() throws Exception {
        model.onMerge().repliesText("{\"answer\":[{\"text\":\"Much.\"}],\"citations\":[]}");

        var result = planning().build().run(Goal.of("What do pets do?", NOTES), Budget.usd("0.25"));

        assertThat(result).isCompleteWith(List.of(new Note("Much.")));
    }

    @Test
    void answerAndOutputsOfGenericTypes_areReadBackFromTheJournal(@TempDir Path folder) throws Exception {
        for (int session = 0; session < 2; session++) {
            try (var journal = FileJournal.open(folder.resolve("run.journal"))) {
                var result = planning().build().journal(journal).run(goal(), Budget.usd("0.25"));

                assertThat(result).isCompleteWith(List.of(new Note("They sleep."), new Note("They purr.")));
                assertThat(result.report().reused()).isEqualTo(session == 0 ? 0 : 3);
            }
        }
    }

    @Test
    void goalOfASet_isAnotherRunThanThatOfAList(@TempDir Path folder) throws Exception {
        try (var journal = FileJournal.open(folder.resolve("run.journal"))) {
            planning().build().journal(journal).run(goal(), Budget.usd("0.25"));

            var other = Goal.of(goal().text(), new TypeRef<Set<Note>>() {})
                    .mergedBy(Mergers.collect(FIND, lists -> Set.copyOf(lists.getLast())));
            var result = planning().build().journal(journal).run(other, Budget.usd("0.25"));

            assertThat(result).isCompleteWith(Set.of(new Note("They sleep.")));
            assertThat(result.report().reused()).isZero();
        }
    }

    @Test
    void graphByHand_passesListsOn() throws Exception {
        model.on(FIND, new Topic("cats"))
                .repliesText("{\"value\":[{\"text\":7}]}")
                .replies(List.of(new Note("They purr.")));
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", FIND, new Topic("cats"));
        var index = graph.add("index", INDEX, Input.from(cats, notes -> notes));
        var each = graph.add("each", INDEX, Input.forEach(cats, notes -> List.of(notes, List.<Note>of())));

        RunResult<Items<Map<String, Optional<Note>>>> result =
                Coordinator.of(model.pools()).run(graph.answering(each), Budget.usd("0.05"));

        assertThat(result.requireComplete().values())
                .extracting(found -> found.get("first"))
                .containsExactly(Optional.of(new Note("They purr.")), Optional.empty());
        assertThat(model.calls()).hasSize(2);
        assertThat(model.calls().getLast().request().turns().toString())
                .contains("$.value[0].text: expected a string, got a number");
        assertThat(result.outcome(index).ifSucceeded().orElseThrow()).containsKey("none");
    }
}
