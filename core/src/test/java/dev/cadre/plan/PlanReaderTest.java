// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import static dev.cadre.plan.Types.ALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import dev.cadre.plan.PlanReader.Ending;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanReaderTest {
    private static final String SEARCH = """
            {"type":"search","id":"s%d","input":{"term":"%s","limit":null},"wires":[],"after":[%s],"optional":false}""";
    private static final String READ = """
            {"type":"read","id":"r1","input":{"path":null},"wires":[{"into":"path","from":"s1","field":"paths"}],"after":[]}""";

    private final List<String> handedOver = new ArrayList<>();
    private final PlanIntake intake = PlanIntake.streamed(ALL, Limits.DEFAULT, node -> handedOver.add(node.id()));
    private final PlanReader reader = new PlanReader(intake);

    private static String search(int number, String term, String after) {
        return SEARCH.formatted(number, term, after);
    }

    private static String plan(String... subtasks) {
        return "{\"subtasks\":[" + String.join(",", subtasks) + "]}";
    }

    @Test
    void accept_offersASubtaskAtItsLastBrace() {
        var text = plan(search(1, "a", ""), search(2, "b", ""));
        int end = text.indexOf("},{");

        reader.accept(text.substring(0, end));
        assertThat(handedOver).isEmpty();
        reader.accept("}");
        assertThat(handedOver).containsExactly("s1");
        reader.accept(text.substring(end + 1));

        assertThat(reader.end()).isEqualTo(Ending.WHOLE);
        assertThat(handedOver).containsExactly("s1", "s2");
    }

    @Test
    void end_ofACutText_keepsTheCompleteSubtasks() {
        reader.accept(plan(search(1, "a", ""), search(2, "b", "")).substring(0, 150));

        assertThat(reader.end()).isEqualTo(Ending.CUT);
        assertThat(handedOver).containsExactly("s1");
        assertThat(intake.defects()).isEmpty();
    }

    @Test
    void end_ofNoTextAtAll_isCut() {
        assertThat(reader.end()).isEqualTo(Ending.CUT);
    }

    @Test
    void accept_ofATextThatBreaksOff_keepsWhatCameBeforeAndTellsWhy() {
        reader.accept("{\"subtasks\":[" + search(1, "a", "") + ",}]}");

        assertThat(reader.end()).isEqualTo(Ending.MALFORMED);
        assertThat(handedOver).containsExactly("s1");
        assertThat(intake.defects().getFirst().message()).startsWith("the rest of the plan cannot be read: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"```json\n%s\n```", "Here is the plan.\n%s\nDone {really}!", "%s"})
    void accept_ofAPlanInAFenceOrProse_readsIt(String around) {
        reader.accept(around.formatted(plan(search(1, "a", ""))));

        assertThat(reader.end()).isEqualTo(Ending.WHOLE);
        assertThat(handedOver).containsExactly("s1");
        assertThat(intake.defects()).isEmpty();
    }

    @Test
    void element_thatIsNoSubtask_isADefectAndTheNextIsRead() {
        reader.accept(plan(
                "7",
                "{\"id\":\"x\"}",
                "{\"id\":\"y\",\"type\":\"search\",\"input\":{},\"wires\":[],\"after\":[1]}",
                "{\"id\":\"z\",\"shell\":\"rm\"}",
                search(1, "a", "")));

        assertThat(intake.defects())
                .containsExactly(
                        new PlanDefect("#1", "expected an object, got a number"),
                        new PlanDefect("x", "$.type: missing"),
                        new PlanDefect("y", "$.after: expected strings, got a number"),
                        new PlanDefect("z", "unknown key \"shell\""));
        assertThat(handedOver).containsExactly("s1");
    }

    @Test
    void literal_thatIsTooLong_isADefect() {
        reader.accept(plan(search(1, "x".repeat(PlanReader.MAX_LITERAL_CHARS), ""), search(2, "b", "")));

        assertThat(intake.defects())
                .containsExactly(new PlanDefect("s1", "input \"term\" is longer than 32,768 characters"));
        assertThat(handedOver).containsExactly("s2");
    }

    @Test
    void literalAndReferences_ofExactlyTheirLimit_areTaken() {
        // the literal is the JSON text, quotes included
        reader.accept(plan(
                search(1, "x".repeat(PlanReader.MAX_LITERAL_CHARS - 2), ""),
                search(2, "b", "\"x\",".repeat(PlanReader.MAX_REFERENCES - 1) + "\"x\"")));

        assertThat(intake.defects()).isEmpty();
        assertThat(handedOver).containsExactly("s1");
        assertThat(intake.unresolved()).as("taken, and waits for x").containsExactly("s2");
    }

    @Test
    void elements_beyondTheirLimit_areNotLookedAt() {
        reader.accept("{\"subtasks\":[" + "7,".repeat(200_000) + search(1, "a", "") + "]}");

        assertThat(intake.defects()).hasSize(PlanReader.MAX_ELEMENTS + 1);
        assertThat(intake.defects().getLast()).isEqualTo(new PlanDefect("", "the plan has more than 10,000 elements"));
        assertThat(handedOver).isEmpty();
    }

    @Test
    void subtask_thatNamesMoreThanAThousandOthers_isADefect() {
        reader.accept(plan(search(1, "a", "\"x\",".repeat(1_000) + "\"x\""), search(2, "b", "")));

        assertThat(intake.defects())
                .containsExactly(new PlanDefect("s1", "it has more than 1,000 wires and ids to come after"));
        assertThat(handedOver).containsExactly("s2");
    }

    @Test
    void components_thatDoNotExist_areNamedTenTimes() {
        String input =
                IntStream.range(0, 20_000).mapToObj("\"k%d\":1"::formatted).collect(Collectors.joining(","));
        reader.accept(
                plan("{\"id\":\"s1\",\"type\":\"search\",\"input\":{%s},\"wires\":[],\"after\":[]}".formatted(input)));

        assertThat(PlannedJson.read(
                        Json.parse("{\"id\":\"s1\",\"type\":\"search\",\"input\":{%s},\"wires\":[],\"after\":[]}"
                                .formatted(input))))
                .satisfies(planned -> assertThat(new SubtaskCheck(planned, ALL.getFirst()).troubles())
                        .hasSizeLessThanOrEqualTo(11));
        assertThat(intake.defects())
                .singleElement()
                .satisfies(defect -> assertThat(defect.message()).startsWith("no input \"k0\"; the components are "));
    }

    @Test
    void text_ofMoreThanAMegabyte_isReadNoFurther() {
        reader.accept("{\"subtasks\":[" + search(1, "a", "") + "," + search(2, "x".repeat(1 << 20), ""));
        reader.accept(search(3, "c", "") + "]}");

        assertThat(reader.end()).isEqualTo(Ending.MALFORMED);
        assertThat(handedOver).containsExactly("s1");
        assertThat(intake.defects().getFirst().message()).endsWith("document is longer than 1048576 characters");
    }

    @Test
    void accept_inChunksOfAnySize_admitsTheSameSubtasksInTheSameOrder() {
        var text = "Plan: "
                + plan(
                        search(4, "né \\ud83d\\ude00 😀 }", "\"r1\""),
                        READ,
                        search(1, "a\\\"}{", ""),
                        search(1, "again", ""),
                        search(2, "b", "\"nowhere\""),
                        "{}",
                        search(3, "c", "\"s2\""))
                + " {";
        var expected = outcome(List.of(text));
        assertThat(expected.handedOver).containsExactly("s1", "r1", "s4");
        long seed = new Random().nextLong();
        var random = new Random(seed);

        for (int run = 0; run < 500; run++) {
            assertThat(outcome(chunks(text, random)))
                    .as("seed %d, run %d", seed, run)
                    .isEqualTo(expected);
        }
    }

    private record Read(List<String> handedOver, List<PlanDefect> defects, List<String> unresolved, Ending ending) {}

    private static Read outcome(List<String> chunks) {
        var nodes = new ArrayList<GraphNode>();
        var intake = PlanIntake.streamed(ALL, Limits.DEFAULT, nodes::add);
        var reader = new PlanReader(intake);
        chunks.forEach(reader::accept);
        var ending = reader.end();
        return new Read(nodes.stream().map(GraphNode::id).toList(), intake.defects(), intake.unresolved(), ending);
    }

    private static List<String> chunks(String text, Random random) {
        var chunks = new ArrayList<String>();
        int most = 1 + random.nextInt(40);
        for (int from = 0; from < text.length(); ) {
            int to = Math.min(text.length(), from + 1 + random.nextInt(most));
            chunks.add(text.substring(from, to));
            from = to;
        }
        return chunks;
    }
}
