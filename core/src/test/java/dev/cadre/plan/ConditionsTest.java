// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.json.Json;
import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conditions that a plan makes of what subtasks decide, and lists of lists that it fans out over. */
class ConditionsTest {
    enum Kind {
        BUG,
        WISH
    }

    record Text(String text) {}

    record Sorted(Kind kind, boolean urgent, String why) {}

    record Texts(List<String> texts) {}

    private static final SubtaskType<Text, Sorted> SORT =
            SubtaskType.model("sort", Text.class, Sorted.class, "Sort it.").deciding();
    private static final SubtaskType<Text, Sorted> LOOK =
            SubtaskType.model("look", Text.class, Sorted.class, "Look at it.");
    private static final SubtaskType<Text, Texts> SPLIT =
            SubtaskType.model("split", Text.class, Texts.class, "Split it.");
    private static final List<SubtaskType<?, ?>> ALL = List.of(SORT, LOOK, SPLIT);

    private final List<GraphNode> nodes = new ArrayList<>();
    private final PlanIntake intake = PlanIntake.streamed(ALL, Limits.DEFAULT, nodes::add);

    private String read(String... subtasks) {
        var reader = new PlanReader(intake);
        reader.accept("{\"subtasks\":[" + String.join(",", subtasks) + "]}");
        assertThat(reader.end()).isEqualTo(PlanReader.Ending.WHOLE);
        return intake.outstanding().toString();
    }

    private static String subtask(String type, String id, String when) {
        return "{\"type\":\"%s\",\"id\":\"%s\",\"input\":{\"text\":\"t\"},\"when\":%s}".formatted(type, id, when);
    }

    private static String when(String from, String field, String is) {
        return "{\"from\":\"%s\",\"field\":\"%s\",\"is\":%s}".formatted(from, field, is);
    }

    private boolean holds(int node, Object output) {
        return nodes.get(node)
                .dependencies()
                .getFirst()
                .condition()
                .orElseThrow()
                .holds()
                .test(output);
    }

    @Test
    void condition_onAnEnumOrABoolean_isAnEdge() {
        assertThat(read(
                        subtask("sort", "s", "null"),
                        subtask("look", "bug", when("s", "kind", "\"BUG\"")),
                        subtask("look", "later", when("s", "urgent", "false"))))
                .isEqualTo("[]");

        assertThat(nodes.get(0).dependencies()).isEmpty();
        assertThat(holds(1, new Sorted(Kind.BUG, true, ""))).isTrue();
        assertThat(holds(1, new Sorted(Kind.WISH, true, ""))).isFalse();
        assertThat(holds(2, new Sorted(Kind.BUG, false, ""))).isTrue();
        assertThat(nodes.get(1)
                        .dependencies()
                        .getFirst()
                        .condition()
                        .orElseThrow()
                        .says())
                .isEqualTo("kind is \"BUG\"");
        assertThat(intake.taken())
                .allSatisfy(
                        each -> assertThat(PlannedSubtask.parse(each.toJson())).isEqualTo(each));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s|kind|\"RAIN\"|\"kind\" of \"s\" is never \"\\\"RAIN\\\"\"; it is one of [BUG, WISH]",
                "s|kind|true|\"kind\" of \"s\" is never \"true\"; it is one of [BUG, WISH]",
                "s|urgent|\"BUG\"|\"urgent\" of \"s\" is never \"\\\"BUG\\\"\"; it is true or false",
                "s|urgent|null|\"urgent\" of \"s\" is never \"null\"; it is true or false",
                "s|why|\"x\"|\"s\" has no field \"why\" to decide by; it has kind, urgent",
                "l|kind|\"BUG\"|\"l\" cannot decide whether others are run",
            })
    void condition_thatDoesNotFit_isADefect(String from, String field, String is, String defect) {
        assertThat(read(
                        subtask("sort", "s", "null"),
                        subtask("look", "l", "null"),
                        subtask("look", "x", when(from, field, is))))
                .contains(defect);
        assertThat(nodes).hasSize(2);
    }

    @Test
    void condition_ofAnEndlessValue_isADefectThatQuotesNothingOfIt() {
        String defect = read(
                subtask("sort", "s", "null"), subtask("look", "x", when("s", "kind", '"' + "x".repeat(40_000) + '"')));

        assertThat(defect).isEqualTo("[x: \"when\" is longer than 32,768 characters]");
    }

    @Test
    void condition_onItself_isADefect() {
        assertThat(read(subtask("sort", "s", when("s", "urgent", "true")))).contains("s: it depends on itself");
    }

    @Test
    void condition_onWhatThePlanLacks_isADefect() {
        assertThat(read(subtask("look", "x", when("gone", "urgent", "true"))))
                .contains("it depends on \"gone\", not in the plan");
    }

    @Test
    void conditionalSubtask_thatUsesTheOutputToo_waitsForItOnce() {
        assertThat(read(
                        subtask("sort", "s", "null"),
                        "{\"type\":\"look\",\"id\":\"x\",\"input\":{\"text\":{\"from\":\"s\",\"field\":\"why\"}},\"when\":"
                                + when("s", "urgent", "true") + "}"))
                .isEqualTo("[]");
        assertThat(nodes.get(1).dependencies()).extracting(Dependency::on).containsExactly("s");
        assertThat(nodes.get(1).dependencies().getFirst().condition()).isPresent();
    }

    @Test
    void schema_hasConditionsOnlyWhereATypeDecides() {
        String with = PlanSchema.of(ALL, List.of(), List.of());
        String without = PlanSchema.of(List.of(LOOK, SPLIT), List.of(), List.of());

        assertThat(with)
                .contains("\"when\":{\"anyOf\":[{\"$ref\":\"#/$defs/Condition\"},{\"type\":\"null\"}]}")
                .contains("\"enum\":[\"kind\",\"urgent\"]")
                .contains("\"enum\":[\"BUG\",\"WISH\"]");
        assertThat(without).doesNotContain("when", "Condition");
    }

    @Test
    void plannedSubtask_writtenInCode_takesBooleansAndEnums() {
        var planned = PlannedSubtask.of("x", LOOK, new Text("t")).when("s", "kind", Kind.WISH);

        assertThat(planned.when()).contains(new PlannedCondition("s", "kind", "\"WISH\""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> planned.when("s", "kind", "WISH"))
                .withMessage("a condition is on a boolean or an enum, not WISH");
    }

    @Test
    void listOfLists_whereOneElementIsNeeded_runsOnceForEachElementOfEach() {
        assertThat(read(
                        "{\"type\":\"split\",\"id\":\"a\",\"input\":{\"text\":\"t\"}}",
                        "{\"type\":\"split\",\"id\":\"b\",\"input\":{\"text\":{\"from\":\"a\",\"field\":\"texts\"}}}",
                        "{\"type\":\"look\",\"id\":\"c\",\"input\":{\"text\":{\"from\":\"b\",\"field\":\"texts\"}}}"))
                .isEqualTo("[]");
        var items = new Items<>(List.<Outcome<Texts>>of(
                new Outcome.Succeeded<>(new Texts(List.of("p", "q"))),
                Outcome.failed(dev.cadre.task.Failure.Kind.REFUSED, "no"),
                new Outcome.Succeeded<>(new Texts(List.of("r")))));

        var each = (Binding.Each) nodes.get(2).binding();
        assertThat(each.inputs().apply(id -> Optional.of(items)))
                .isEqualTo(List.of(new Text("p"), new Text("q"), new Text("r")));
    }

    @Test
    void written_condition_isReadBack() {
        var json = (Json.Obj) Json.parse(when("s", "urgent", "true"));

        assertThat(PlannedCondition.read(json).write()).isEqualTo(json);
    }
}
