// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.task.Binding;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Plans as a model writes them: references in the places of components, and what is understood all the same. */
class WrittenPlanTest {
    private static final String SEARCH =
            "{\"type\":\"search\",\"id\":\"s\",\"input\":{\"term\":\"t\",\"limit\":null},\"optional\":false}";

    private final List<String> handedOver = new ArrayList<>();
    private final List<GraphNode> nodes = new ArrayList<>();
    private PlanIntake intake = of(Types.ALL);

    private PlanIntake of(List<SubtaskType<?, ?>> types) {
        return PlanIntake.streamed(types, Limits.DEFAULT, node -> {
            nodes.add(node);
            handedOver.add(node.id());
        });
    }

    private void read(String... subtasks) {
        var reader = new PlanReader(intake);
        reader.accept("{\"subtasks\":[" + String.join(",", subtasks) + "]}");
        assertThat(reader.end()).isEqualTo(PlanReader.Ending.WHOLE);
    }

    private static String subtask(String type, String id, String input) {
        return "{\"type\":\"%s\",\"id\":\"%s\",\"input\":%s}".formatted(type, id, input);
    }

    private PlannedSubtask taken(String id) {
        return intake.taken().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void reference_inThePlaceOfAComponent_isAWire() {
        read(SEARCH, subtask("brief", "b", "{\"texts\":{\"from\":\"s\",\"field\":\"paths\"},\"title\":\"T\"}"));

        assertThat(taken("b").wires()).containsExactly(new Wire("texts", "s", "paths"));
        assertThat(taken("b").literals()).isEqualTo(Map.of("title", "\"T\""));
        assertThat(handedOver).containsExactly("s", "b");
        assertThat(intake.notes()).isEmpty();
    }

    @Test
    void reference_toAListWhereOneElementIsNeeded_fansOut_andItsItemsAreWholeOutputs() {
        read(
                SEARCH,
                subtask("read", "r", "{\"path\":{\"from\":\"s\",\"field\":\"paths\"}}"),
                subtask("brief", "b", "{\"texts\":{\"from\":\"r\",\"field\":\"text\"},\"title\":null}"));

        assertThat(handedOver).containsExactly("s", "r", "b");
        assertThat(intake.defects()).isEmpty();
    }

    @Test
    void reference_withoutAField_meansTheOnlyFieldOrTheWholeOutputThatFits() {
        read(
                subtask("echo", "e", "{\"value\":\"x\"}"),
                subtask("shout", "whole", "{\"headline\":{\"from\":\"e\",\"field\":null}}"),
                subtask("echo", "again", "{\"value\":{\"from\":\"whole\"}}"));

        assertThat(handedOver).containsExactly("e", "whole", "again");
        assertThat(intake.notes())
                .containsExactly(
                        new PlanDefect(
                                "whole",
                                "input.headline names no field of \"e\": its whole output or only field was meant"),
                        new PlanDefect(
                                "again",
                                "input.value names no field of \"whole\": its whole output or only field was meant"));
    }

    @Test
    void idWithBlanks_getsDashes_whereverItIsNamed() {
        read(
                subtask("echo", " read the 'report' ", "{\"value\":\"x\"}"),
                subtask("echo", "again", "{\"value\":{\"from\":\" read the 'report' \",\"field\":\"headline\"}}"));

        assertThat(handedOver).containsExactly("read-the-report-", "again");
        assertThat(intake.notes())
                .containsExactly(new PlanDefect(
                        "read-the-report-", "the id \" read the 'report' \" was read as \"read-the-report-\""));
    }

    @Test
    void idOfNothingThatAnIdMayHave_isADefect() {
        read(subtask("echo", "\u0430\u0431", "{\"value\":\"x\"}"), subtask("echo", "", "{\"value\":\"x\"}"));

        assertThat(handedOver).isEmpty();
        assertThat(intake.defects()).hasSize(2);
    }

    record Headed(Types.Brief brief) {}

    @Test
    void reference_withoutAField_toAnOutputThatFitsAsAWhole_bringsAllOfIt() {
        var head = SubtaskType.code("head", Headed.class, Types.Brief.class, (in, context) -> in.brief());
        intake = of(List.of(Types.ECHO, head));

        read(
                subtask("echo", "e", "{\"value\":\"x\"}"),
                subtask("head", "h", "{\"brief\":{\"from\":\"e\"}}"),
                subtask("head", "i", "{\"brief\":{\"from\":\"e\",\"field\":\"headline\"}}"));

        assertThat(handedOver).containsExactly("e", "h");
        assertThat(intake.defects())
                .containsExactly(
                        new PlanDefect(
                                "i",
                                "\"headline\" of \"e\" is string and does not fit input.brief, which is {\"headline\": string}"));
    }

    @Test
    void reference_withoutAField_toAnOutputOfManyFields_isADefect() {
        read(SEARCH, subtask("echo", "e", "{\"value\":{\"from\":\"s\"}}"));

        assertThat(intake.defects())
                .containsExactly(new PlanDefect(
                        "e",
                        "the output of \"s\" is {\"paths\": list of string, \"count\": integer} and does not fit input.value,"
                                + " which is string"));
    }

    @Test
    void reference_toOneValueWhereAListIsNeeded_isAListOfOne() {
        read(
                subtask("read", "r", "{\"path\":\"a\"}"),
                subtask("brief", "b", "{\"texts\":{\"from\":\"r\",\"field\":\"text\"},\"title\":null}"));

        assertThat(intake.defects()).isEmpty();
        assertThat(intake.notes())
                .containsExactly(new PlanDefect("b", "input.texts is a list and gets one value: a list of one"));
        assertThat(inputOf("b", Map.of("r", new Types.Excerpt("A", 1))))
                .isEqualTo(new Types.Notes(List.of("A"), Optional.empty()));
    }

    private Object inputOf(String id, Map<String, Object> outputs) {
        var binding = (Binding.One) nodes.stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow()
                .binding();
        return binding.input().apply(of -> Optional.ofNullable(outputs.get(of)));
    }

    @Test
    void idsInAnotherCase_areReadAsTheOnlyOneAlike_whereverItStands() {
        read(
                subtask("echo", "late", "{\"value\":{\"from\":\"SHOUT-1\",\"field\":\"value\"}}"),
                subtask("shout", "Shout-1", "{\"headline\":{\"from\":\"E\",\"field\":\"headline\"}}"),
                subtask("echo", "e", "{\"value\":\"x\"}"));

        assertThat(handedOver).containsExactly("e", "Shout-1", "late");
        assertThat(intake.notes())
                .containsExactly(
                        new PlanDefect("late", "\"SHOUT-1\" was read as \"Shout-1\""),
                        new PlanDefect("Shout-1", "\"E\" was read as \"e\""));
        assertThat(intake.defects()).isEmpty();
    }

    @Test
    void idInAnotherCase_likeTwoOthers_isNotRead() {
        read(
                subtask("echo", "Ab", "{\"value\":\"x\"}"),
                subtask("echo", "aB", "{\"value\":\"x\"}"),
                subtask("shout", "s", "{\"headline\":{\"from\":\"ab\",\"field\":\"headline\"}}"),
                subtask("shout", "t", "{\"headline\":{\"from\":\"aB\",\"field\":\"headline\"}}"));

        assertThat(intake.unresolved()).containsExactly("s");
        assertThat(handedOver).containsExactly("Ab", "aB", "t");
        assertThat(intake.notes()).isEmpty();
    }

    @Test
    void idInAnotherCase_ofAPlanThatIsCutOff_waitsForTheRest() {
        var reader = new PlanReader(intake);
        reader.accept("{\"subtasks\":[" + subtask("echo", "e", "{\"value\":{\"from\":\"A\",\"field\":\"headline\"}}")
                + "," + subtask("echo", "a", "{\"value\":\"x\"}") + ",");
        assertThat(reader.end()).isEqualTo(PlanReader.Ending.CUT);

        read(subtask("echo", "A", "{\"value\":\"y\"}"));

        assertThat(taken("e").wires().getFirst().from()).isEqualTo("A");
    }

    @Test
    void typeInAnotherCase_isReadAsTheOnlyOneAlike() {
        read(subtask("Echo", "e", "{\"value\":\"x\"}"), subtask("sing", "f", "{\"value\":\"x\"}"));

        assertThat(taken("e").type()).isEqualTo("echo");
        assertThat(intake.notes()).containsExactly(new PlanDefect("e", "type \"Echo\" was read as \"echo\""));
        assertThat(intake.defects()).hasSize(1);
    }

    @Test
    void subtask_thatComesTwice_isRunOnce_andAnotherOfItsIdIsADefect() {
        read(SEARCH, SEARCH, SEARCH.replace("\"t\"", "\"other\""));

        assertThat(handedOver).containsExactly("s");
        assertThat(intake.notes())
                .containsExactly(new PlanDefect("s", "it came twice, the same in all, and is run once"));
        assertThat(intake.defects())
                .containsExactly(
                        new PlanDefect("s", "the plan has a subtask of this id already; the first one counts"));
    }

    record Range(String from, Optional<String> field) {}

    record Cut(Range range) {}

    record Keyed(Map<String, String> by) {}

    @Test
    void objectLikeAReference_isALiteralOfARecordThatHasItsKeys_andOfNothingElse() {
        var cut = SubtaskType.code("cut", Cut.class, String.class, (in, context) -> "");
        var key = SubtaskType.code("key", Keyed.class, String.class, (in, context) -> "");
        intake = of(List.of(cut, key));

        read(
                subtask("cut", "c", "{\"range\":{\"from\":\"a\",\"field\":\"b\"}}"),
                subtask("key", "k", "{\"by\":{\"from\":\"c\",\"field\":\"value\"}}"));

        assertThat(handedOver).containsExactly("c");
        assertThat(intake.defects())
                .singleElement()
                .satisfies(defect -> assertThat(defect.message()).startsWith("\"value\" of \"c\" is string"));
    }

    @Test
    void whatLooksLikeAReferenceAndIsNone_isADefectOfTheLiteral() {
        read(
                subtask("echo", "a", "{\"value\":{\"from\":1,\"field\":\"x\"}}"),
                subtask("echo", "b", "{\"value\":{\"from\":\"s\",\"field\":[\"x\"]}}"),
                subtask("echo", "c", "{\"value\":{\"from\":\"s\",\"field\":\"x\",\"index\":0}}"),
                subtask("echo", "d", "{\"value\":{\"from\":\"d\",\"field\":\"headline\"}}"));

        assertThat(handedOver).isEmpty();
        assertThat(intake.defects().stream().map(PlanDefect::toString))
                .hasSize(4)
                .satisfies(defects -> assertThat(defects.subList(0, 3))
                        .allMatch(defect -> defect.contains("input.value: expected a string")))
                .contains("d: it depends on itself");
    }

    @Test
    void planOfTheFirstVersion_withWiresBesideTheInput_isStillRead() {
        read(
                SEARCH.replace("}}", "},\"wires\":[],\"after\":[]}"),
                "{\"type\":\"read\",\"id\":\"r\",\"input\":{\"path\":null},"
                        + "\"wires\":[{\"into\":\"path\",\"from\":\"s\",\"field\":\"paths\"}],\"after\":[\"s\"]}");

        assertThat(handedOver).containsExactly("s", "r");
    }
}
