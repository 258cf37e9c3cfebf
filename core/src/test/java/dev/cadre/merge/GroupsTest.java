// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cadre.merge.Groups.Group;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupsTest {
    private static final SubtaskType<String, String> NOTE =
            SubtaskType.code("note", String.class, String.class, (in, context) -> in);

    private static SubtaskOutcome brought(String id, String text) {
        return new SubtaskOutcome(id, NOTE, new Outcome.Succeeded<>(text));
    }

    private static List<Section> sections(SubtaskOutcome... outcomes) {
        return Section.of(new Evidence(List.of(outcomes)));
    }

    private static List<Group> pack(long bytes, SubtaskOutcome... outcomes) {
        return Groups.of(sections(outcomes), bytes);
    }

    @Test
    void outcomes_areKeptTogetherInPlanOrder_asLongAsTheyFit() {
        List<Group> groups = pack(
                60,
                brought("a", "one"),
                new SubtaskOutcome("x", NOTE, Outcome.failed(Failure.Kind.REFUSED, "no")),
                brought("b", "two"));

        assertThat(groups)
                .extracting(Group::text)
                .containsExactly(
                        "## a (note)\n[1] value: \"one\"\n",
                        "## x (note): no result: failed: REFUSED: no\n",
                        "## b (note)\n[2] value: \"two\"\n");
        assertThat(pack(1_000, brought("a", "one"), brought("b", "two"))).hasSize(1);
    }

    @Test
    void outcomeThatIsLargerThanAGroup_isSplitBetweenItsPassages_andSaysSo() {
        String text = IntStream.range(0, 6)
                .mapToObj(i -> String.valueOf(i).repeat(230) + ".\n")
                .reduce("", String::concat);

        List<Group> groups = pack(700, brought("long", text));

        assertThat(groups).hasSize(3);
        assertThat(groups.get(0).text())
                .startsWith("## long (note)\n[1] value: \"000")
                .endsWith("\n…[the rest of this result is read in another call]\n");
        assertThat(groups.get(1).text())
                .startsWith("## long (note), continued\n[3] ")
                .endsWith("\n…[the rest of this result is read in another call]\n");
        assertThat(groups.get(2).text())
                .startsWith("## long (note), continued\n[5] ")
                .endsWith("555.\\n\"\n");
        assertThat(groups).allSatisfy(group -> assertThat(group.split()).containsExactly("long"));
    }

    @Test
    void passageThatIsLargerThanAGroup_isAFailure_andNotCut() {
        assertThatExceptionOfType(MergeFailedException.class)
                .isThrownBy(() -> pack(100, brought("long", "x".repeat(200))))
                .withMessage("a passage of 'long' has 214 bytes, and a call reads at most 100 bytes of outcomes:"
                        + " it would have to be cut");
    }

    @Test
    void everyPassage_isInExactlyOneGroup_andNoGroupIsTooLarge() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            var outcomes = new ArrayList<SubtaskOutcome>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                String id = "s" + i;
                outcomes.add(
                        random.nextInt(5) == 0
                                ? new SubtaskOutcome(id, NOTE, Outcome.failed(Failure.Kind.REFUSED, "no"))
                                : brought(id, "wörd. ".repeat(random.nextInt(1_500))));
            }
            List<Section> sections = sections(outcomes.toArray(SubtaskOutcome[]::new));
            long most = 700 + random.nextInt(5_000);

            List<Group> groups = Groups.of(sections, most);

            String run = "seed %d, round %d".formatted(seed, round);
            Map<Integer, Integer> shown = new HashMap<>();
            Map<String, Integer> calls = new HashMap<>();
            var split = new TreeSet<String>();
            for (Group group : groups) {
                assertThat(group.bytes()).as(run).isLessThanOrEqualTo(most);
                group.citable().keySet().forEach(number -> shown.merge(number, 1, Integer::sum));
                group.ids().forEach(id -> calls.merge(id, 1, Integer::sum));
                split.addAll(group.split());
            }
            for (Section section : sections) {
                assertThat(section.lines())
                        .as(run)
                        .allSatisfy(line -> assertThat(shown.get(line.number())).isEqualTo(1));
                int parts = calls.getOrDefault(section.id(), 0);
                assertThat(parts).as(run).isPositive();
                assertThat(split.contains(section.id())).as(run).isEqualTo(section.bytes() > most);
                assertThat(parts > 1).as(run).isEqualTo(section.bytes() > most);
            }
        }
    }
}
