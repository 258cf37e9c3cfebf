// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import static dev.cadre.plan.Types.ALL;
import static dev.cadre.plan.Types.BRIEF;
import static dev.cadre.plan.Types.COMPARE;
import static dev.cadre.plan.Types.ECHO;
import static dev.cadre.plan.Types.READ;
import static dev.cadre.plan.Types.SEARCH;
import static dev.cadre.plan.Types.SHOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cadre.plan.Types.Brief;
import dev.cadre.plan.Types.Excerpt;
import dev.cadre.plan.Types.Hits;
import dev.cadre.plan.Types.Notes;
import dev.cadre.plan.Types.Pair;
import dev.cadre.plan.Types.Query;
import dev.cadre.plan.Types.ReadFile;
import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.Outputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanIntakeTest {
    private final List<GraphNode> handedOver = new ArrayList<>();
    private final PlanIntake intake = PlanIntake.streamed(ALL, Limits.DEFAULT, handedOver::add);

    private List<String> handedOverIds() {
        return handedOver.stream().map(GraphNode::id).toList();
    }

    private GraphNode node(String id) {
        return handedOver.stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static PlannedSubtask search(String id) {
        return PlannedSubtask.of(id, SEARCH, new Query(id, Optional.empty()));
    }

    private static Outputs outputs(Map<String, Object> byId) {
        return id -> Optional.ofNullable(byId.get(id));
    }

    private static Object one(GraphNode node, Map<String, Object> outputs) {
        return ((Binding.One) node.binding()).input().apply(outputs(outputs));
    }

    private static List<?> each(GraphNode node, Map<String, Object> outputs) {
        return ((Binding.Each) node.binding()).inputs().apply(outputs(outputs));
    }

    @Nested
    class Admission {
        @Test
        void offer_ofASubtaskInOrder_handsItOverAtOnce() {
            assertThat(intake.offer(PlannedSubtask.of("s1", SEARCH, new Query("retry", Optional.of(3)))))
                    .isEmpty();

            assertThat(handedOverIds()).containsExactly("s1");
            assertThat(node("s1").type()).isSameAs(SEARCH);
            assertThat(one(node("s1"), Map.of())).isEqualTo(new Query("retry", Optional.of(3)));
            assertThat(intake.admittedIds()).containsExactly("s1");
        }

        @Test
        void offer_beforeWhatItDependsOn_isHandedOverBehindIt() {
            assertThat(intake.offer(PlannedSubtask.of("r", READ).withWire("path", "e", "headline")))
                    .isEmpty();
            assertThat(handedOverIds()).isEmpty();
            assertThat(intake.unresolved()).containsExactly("r");

            assertThat(intake.offer(PlannedSubtask.of("e", ECHO, "a.txt"))).isEmpty();

            assertThat(handedOverIds()).containsExactly("e", "r");
            assertThat(intake.unresolved()).isEmpty();
        }

        @Test
        void offer_ofTheLastLink_admitsAllThatWaitedForIt() {
            intake.offer(search("c").after("b"));
            intake.offer(search("d").after("a", "c"));
            intake.offer(search("b").after("a"));
            intake.offer(search("a"));

            assertThat(handedOverIds()).containsExactly("a", "b", "c", "d");
        }

        @Test
        void offer_ofAnIdThatIsTaken_isRefusedAndTheFirstCounts() {
            intake.offer(PlannedSubtask.of("s1", SEARCH, new Query("first", Optional.empty())));

            assertThat(intake.offer(PlannedSubtask.of("s1", SEARCH, new Query("second", Optional.empty()))))
                    .contains(new PlanDefect("s1", "the plan has a subtask of this id already; the first one counts"));

            assertThat(handedOver).hasSize(1);
            assertThat(one(node("s1"), Map.of())).isEqualTo(new Query("first", Optional.empty()));
        }

        @Test
        void offer_ofAnIdThatWaits_isRefused() {
            intake.offer(search("s1").after("later"));

            assertThat(intake.offer(search("s1"))).isPresent();
        }

        @Test
        void offer_ofAnIdThatWasRefused_isTaken() {
            intake.offer(new PlannedSubtask("s1", "dance", Map.of(), List.of(), List.of(), false));

            assertThat(intake.offer(search("s1"))).isEmpty();
            assertThat(handedOverIds()).containsExactly("s1");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", " ", "../../x", "a b", "a\u0000b", "-a", "a\n", "é"})
        void offer_ofAnIdThatCannotBe_isRefused(String id) {
            var defect = intake.offer(
                    new PlannedSubtask(id, "search", Map.of("term", "\"t\""), List.of(), List.of(), false));

            assertThat(defect).hasValueSatisfying(found -> {
                assertThat(found.message()).endsWith("must be 1 to 64 letters, digits, '_', '.' or '-'");
                assertThat(found.toString()).doesNotContain("\u0000").doesNotContain("\n");
            });
            assertThat(handedOver).isEmpty();
        }

        @Test
        void offer_ofAnIdOfAMegabyte_isRefusedWithAShortMessage() {
            var defect = intake.offer(search("x".repeat(1 << 20))).orElseThrow();

            assertThat(defect.toString()).hasSizeLessThan(700);
        }

        @Test
        void offer_ofAnUnknownType_isRefusedWithTheKnownOnes() {
            assertThat(intake.offer(new PlannedSubtask("s1", "dance", Map.of(), List.of(), List.of(), false)))
                    .contains(new PlanDefect(
                            "s1", "unknown type \"dance\"; the types are search, read, brief, compare, shout, echo"));
        }

        @Test
        void offer_whenOptional_isHonouredOnlyIfTheTypeAllowsIt() {
            intake.offer(search("s1").asOptional());
            intake.offer(PlannedSubtask.of("r1", READ, new ReadFile("a")).asOptional());

            assertThat(node("s1").optional()).isTrue();
            assertThat(node("r1").optional()).isFalse();
        }

        @Test
        void offer_afterTheEnd_isAnError() {
            intake.offer(search("s1"));
            intake.finish();

            assertThatIllegalStateException().isThrownBy(() -> intake.offer(search("s2")));
        }

        @Test
        void intake_ofTwoTypesWithOneName_isRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PlanIntake.streamed(List.of(READ, READ), Limits.DEFAULT, node -> {}))
                    .withMessage("two subtask types are named 'read'");
        }
    }

    @Nested
    class Inputs {
        @Test
        void literal_ofTheWrongKind_isRefused() {
            assertThat(intake.offer(PlannedSubtask.of("s1", SEARCH).withLiteral("term", 7)))
                    .contains(new PlanDefect("s1", "input.term: expected a string, got a number"));
        }

        @Test
        void literals_thatTheRecordItselfRefuses_areRefused() {
            assertThat(intake.offer(PlannedSubtask.of("s1", SEARCH).withLiteral("term", "forbidden")))
                    .contains(new PlanDefect("s1", "input: the term is forbidden"));
        }

        @Test
        void literal_thatIsNoJson_isRefused() {
            var planned = new PlannedSubtask("s1", "search", Map.of("term", "{"), List.of(), List.of(), false);

            assertThat(intake.offer(planned).orElseThrow().message()).startsWith("input.term: ");
        }

        @Test
        void component_withNeitherLiteralNorWire_isRefusedUnlessItIsOptional() {
            assertThat(intake.offer(PlannedSubtask.of("s1", SEARCH).withLiteral("limit", 3)))
                    .contains(new PlanDefect("s1", "input.term has neither a value nor a reference"));
            assertThat(intake.offer(PlannedSubtask.of("s2", SEARCH).withLiteral("term", "x")))
                    .isEmpty();
            assertThat(one(node("s2"), Map.of())).isEqualTo(new Query("x", Optional.empty()));
        }

        @Test
        void component_withLiteralAndWire_isRefused() {
            intake.offer(PlannedSubtask.of("e", ECHO, "a"));

            assertThat(intake.offer(PlannedSubtask.of("r", READ)
                            .withLiteral("path", "a")
                            .withWire("path", "e", "headline")))
                    .contains(new PlanDefect("r", "input.path has a value and a reference"));
        }

        @Test
        void component_withTwoWires_isRefused() {
            intake.offer(PlannedSubtask.of("e", ECHO, "a"));

            assertThat(intake.offer(PlannedSubtask.of("r", READ)
                            .withWire("path", "e", "headline")
                            .withWire("path", "e", "headline")))
                    .contains(new PlanDefect("r", "input.path has two references"));
        }

        @Test
        void offer_withManyTroubles_namesThemAll() {
            assertThat(intake.offer(PlannedSubtask.of("r", READ)
                            .withLiteral("file", "a")
                            .withWire("url", " ", "headline")))
                    .contains(new PlanDefect(
                            "r",
                            "it depends on \" \", which cannot be an id; no input \"url\"; the components are path;"
                                    + " no input \"file\"; the components are path;"
                                    + " input.path has neither a value nor a reference"));
        }

        @Test
        void input_thatIsNoRecord_hasTheOneComponentValue() {
            intake.offer(PlannedSubtask.of("e", ECHO).withLiteral("value", "hello"));

            assertThat(one(node("e"), Map.of())).isEqualTo("hello");
        }
    }

    @Nested
    class Wires {
        @Test
        void wire_bringsTheFieldOfAnOutput() {
            intake.offer(search("s"));
            intake.offer(PlannedSubtask.of("b", BRIEF)
                    .withWire("texts", "s", "paths")
                    .withLiteral("title", "T"));

            assertThat(node("b").dependencies()).containsExactly(new Dependency("s", false));
            assertThat(one(node("b"), Map.of("s", new Hits(List.of("a", "b"), 2))))
                    .isEqualTo(new Notes(List.of("a", "b"), Optional.of("T")));
        }

        @Test
        void wire_fromAnOutputThatIsNoRecord_bringsItsValue() {
            intake.offer(PlannedSubtask.of("s", SHOUT, new Brief("x")));
            intake.offer(PlannedSubtask.of("r", READ).withWire("path", "s", "value"));

            assertThat(one(node("r"), Map.of("s", "a.txt"))).isEqualTo(new ReadFile("a.txt"));
        }

        @Test
        void wire_toAFieldThatIsNotThere_isRefusedWithTheFields() {
            intake.offer(search("s"));

            assertThat(intake.offer(PlannedSubtask.of("r", READ).withWire("path", "s", "files")))
                    .contains(new PlanDefect("r", "\"s\" has no output field \"files\"; its fields are paths, count"));
        }

        @Test
        void wire_ofATypeThatDoesNotFit_isRefused() {
            intake.offer(search("s"));

            assertThat(intake.offer(PlannedSubtask.of("r", READ).withWire("path", "s", "count")))
                    .contains(new PlanDefect(
                            "r", "\"count\" of \"s\" is integer and does not fit input.path, which is string"));
            assertThat(handedOverIds()).containsExactly("s");
        }

        @Test
        void wire_thatTurnsOutNotToFit_isGivenBackAndItsIdIsFree() {
            intake.offer(PlannedSubtask.of("r", READ).withWire("path", "s", "count"));
            intake.offer(search("after-r").after("r"));

            assertThat(intake.offer(search("s")))
                    .as("the source itself is in order")
                    .isEmpty();

            assertThat(intake.defects()).extracting(PlanDefect::subtaskId).containsExactly("r");
            assertThat(intake.unresolved()).containsExactly("after-r");
            assertThat(intake.offer(PlannedSubtask.of("r", READ, new ReadFile("a"))))
                    .isEmpty();
            assertThat(handedOverIds()).containsExactly("s", "r", "after-r");
        }

        @Test
        void wire_ofAListIntoAnElement_fansOut() {
            intake.offer(search("s"));
            intake.offer(PlannedSubtask.of("r", READ).withWire("path", "s", "paths"));

            assertThat(each(node("r"), Map.of("s", new Hits(List.of("a", "b"), 2))))
                    .isEqualTo(List.of(new ReadFile("a"), new ReadFile("b")));
            assertThat(((Binding.Each) node("r").binding()).minSuccess()).isSameAs(Binding.MinSuccess.ONE);
        }

        @Test
        void wire_ofAListIntoAnElementBeforeTheSourceIsKnown_fansOut() {
            intake.offer(PlannedSubtask.of("r", READ).withWire("path", "s", "paths"));
            intake.offer(search("s"));

            assertThat(node("r").binding()).isInstanceOf(Binding.Each.class);
        }

        @Test
        void wires_ofTwoListsIntoElements_areRefused() {
            intake.offer(search("s"));

            assertThat(intake.offer(PlannedSubtask.of("c", COMPARE)
                            .withWire("left", "s", "paths")
                            .withWire("right", "s", "paths")))
                    .contains(new PlanDefect(
                            "c",
                            "input.left and input.right both take one element of a list at a time; one at most may"));
        }

        @Test
        void wire_besideAFanOut_isTheSameForEachItem() {
            intake.offer(search("s"));
            intake.offer(PlannedSubtask.of("e", ECHO, "x"));
            intake.offer(PlannedSubtask.of("c", COMPARE)
                    .withWire("left", "s", "paths")
                    .withWire("right", "e", "headline"));

            assertThat(each(node("c"), Map.of("s", new Hits(List.of("a", "b"), 2), "e", new Brief("h"))))
                    .isEqualTo(List.of(new Pair("a", "h"), new Pair("b", "h")));
        }

        @Test
        void wire_fromASubtaskThatFansOut_bringsAListOfTheItemsThatSucceeded() {
            intake.offer(search("s"));
            intake.offer(PlannedSubtask.of("r", READ).withWire("path", "s", "paths"));
            intake.offer(PlannedSubtask.of("b", BRIEF).withWire("texts", "r", "text"));

            var items = new Items<>(List.of(
                    new Outcome.Succeeded<>(new Excerpt("one", 1)),
                    Outcome.<Excerpt>failed(Failure.Kind.CODE_FAILED, "no"),
                    new Outcome.Succeeded<>(new Excerpt("three", 3))));
            assertThat(one(node("b"), Map.of("r", items)))
                    .isEqualTo(new Notes(List.of("one", "three"), Optional.empty()));
        }

        @Test
        void wire_ofAllItems_fansOutOverWholeOutputs() {
            intake.offer(search("s"));
            intake.offer(PlannedSubtask.of("e", ECHO).withWire("value", "s", "paths"));
            intake.offer(PlannedSubtask.of("t", SHOUT).withWire("headline", "e", "headline"));

            assertThat(intake.defects()).isEmpty();
            var items = new Items<>(List.of(new Outcome.Succeeded<>(new Brief("a"))));
            assertThat(each(node("t"), Map.of("e", items))).isEqualTo(List.of(new Brief("a")));
            assertThat(new Source(ECHO, true, false)
                            .field("items")
                            .orElseThrow()
                            .element()
                            .orElseThrow()
                            .rawType())
                    .isEqualTo(Brief.class);
            assertThat(new Source(ECHO, true, false).read(items, "items").write())
                    .isEqualTo("[{\"headline\":\"a\"}]");
            assertThat(new Source(ECHO, false, false).field("items")).isEmpty();
        }

        @Test
        void edge_toAnOptionalSubtask_isSoftUnlessAComponentNeedsIt() {
            intake.offer(search("s").asOptional());
            intake.offer(search("after").after("s"));
            intake.offer(PlannedSubtask.of("needs", BRIEF).withWire("texts", "s", "paths"));

            assertThat(node("after").dependencies()).containsExactly(new Dependency("s", true));
            assertThat(node("needs").dependencies()).containsExactly(new Dependency("s", false));
        }

        @Test
        void wire_fromAnOptionalSubtaskIntoAnOptionalComponent_mayBringNothing() {
            intake.offer(search("s").asOptional());
            intake.offer(PlannedSubtask.of("t", SEARCH).withLiteral("term", "x").withWire("limit", "s", "count"));

            assertThat(node("t").dependencies()).containsExactly(new Dependency("s", true));
            assertThat(one(node("t"), Map.of())).isEqualTo(new Query("x", Optional.empty()));
            assertThat(one(node("t"), Map.of("s", new Hits(List.of(), 4)))).isEqualTo(new Query("x", Optional.of(4)));
        }
    }

    @Nested
    class Shapes {
        @Test
        void subtask_thatDependsOnItself_isRefused() {
            assertThat(intake.offer(search("s").after("s"))).contains(new PlanDefect("s", "it depends on itself"));
        }

        @Test
        void subtask_thatClosesACycle_isRefusedAndTheOthersStay() {
            intake.offer(search("a").after("b"));
            intake.offer(search("b").after("c"));

            assertThat(intake.offer(search("c").after("x", "a")))
                    .contains(new PlanDefect("c", "it depends on \"a\", which depends on it: a cycle"));
            assertThat(intake.unresolved()).containsExactly("b");
            assertThat(intake.offer(search("c"))).isEmpty();
            assertThat(handedOverIds()).containsExactly("c", "b", "a");
        }

        @Test
        void chain_beyondTheLimit_isRefusedFromEitherEnd() {
            var short2 = Limits.DEFAULT.withMaxDepth(2);
            var forwards = PlanIntake.streamed(ALL, short2, node -> {});
            forwards.offer(search("a"));
            forwards.offer(search("b").after("a"));
            var backwards = PlanIntake.streamed(ALL, short2, node -> {});
            backwards.offer(search("c").after("b"));

            var expected = "it makes a chain of more than 2 subtasks";
            assertThat(forwards.offer(search("c").after("b"))).contains(new PlanDefect("c", expected));
            assertThat(backwards.offer(search("b").after("a"))).contains(new PlanDefect("b", expected));
        }

        @Test
        void chain_thatGrowsAtItsBeginning_countsEveryLinkBehindIt() {
            var three = PlanIntake.streamed(ALL, Limits.DEFAULT.withMaxDepth(3), handedOver::add);
            three.offer(search("d").after("c"));
            three.offer(search("c").after("b"));

            assertThat(three.offer(search("b").after("a")))
                    .contains(new PlanDefect("b", "it makes a chain of more than 3 subtasks"));
        }

        @Test
        void plan_countsTheSubtasksThatWait() {
            var two = PlanIntake.streamed(ALL, Limits.DEFAULT.withMaxSubtasks(2), handedOver::add);
            two.offer(search("a").after("missing"));
            two.offer(search("b").after("missing"));

            assertThat(two.offer(search("missing")))
                    .contains(new PlanDefect("missing", "the plan has 2 subtasks already, its limit"));
        }

        @Test
        void subtaskThatWasGivenBack_countsAsOneLinkAgain() {
            var two = PlanIntake.streamed(ALL, Limits.DEFAULT.withMaxDepth(2), handedOver::add);
            two.offer(search("s"));
            assertThat(two.offer(PlannedSubtask.of("r", READ).withWire("path", "s", "count")))
                    .isPresent();

            assertThat(two.offer(search("t").after("r"))).isEmpty();
            assertThat(two.offer(PlannedSubtask.of("r", READ, new ReadFile("a"))))
                    .isEmpty();

            assertThat(handedOverIds()).containsExactly("s", "r", "t");
        }

        @Test
        @Tag("slow")
        void plan_ofTenThousandSubtasks_isTakenUpToItsLimitAndEveryOtherIsListed() {
            for (int i = 0; i < 10_000; i++) {
                intake.offer(search("s" + i));
            }

            assertThat(handedOver).hasSize(64);
            assertThat(intake.defects()).hasSize(9_936);
            assertThat(intake.defects().getFirst())
                    .isEqualTo(new PlanDefect("s64", "the plan has 64 subtasks already, its limit"));
        }

        @Test
        @Tag("slow")
        void chain_ofAThousand_overflowsNoStackInEitherOrder() {
            var wide = Limits.DEFAULT.withMaxSubtasks(1_000).withMaxDepth(1_000);
            var forwards = PlanIntake.streamed(ALL, wide, handedOver::add);
            var backwards = PlanIntake.streamed(ALL, wide, handedOver::add);
            for (int i = 0; i < 1_000; i++) {
                var link = i == 0 ? search("s0") : search("s" + i).after("s" + (i - 1));
                assertThat(forwards.offer(link)).isEmpty();
                int j = 999 - i;
                assertThat(backwards.offer(
                                j == 0 ? search("s0") : search("s" + j).after("s" + (j - 1))))
                        .isEmpty();
            }

            assertThat(handedOverIds().subList(0, 1_000))
                    .isEqualTo(handedOverIds().subList(1_000, 2_000));
        }
    }

    @Nested
    class Record {
        private final List<String> recorded = new ArrayList<>();

        private void takeDown(PlannedSubtask planned) {
            if (planned.id().startsWith("unfit")) {
                throw new IllegalArgumentException("it is too long for the record");
            }
            assertThat(handedOverIds()).as("on record before it is handed over").doesNotContain(planned.id());
            recorded.add(planned.id());
        }

        @Test
        void subtask_isOnRecordBeforeItIsHandedOver() {
            intake.recordTo(this::takeDown);

            intake.offer(search("a"));
            intake.offer(search("lost").after("nowhere"));
            assertThat(recorded).containsExactly("a");
            intake.finish();

            assertThat(recorded).containsExactly("a", "lost");
        }

        @Test
        void subtaskThatCannotBeRecorded_isRefused_andItsIdIsFree() {
            intake.recordTo(this::takeDown);
            intake.offer(search("after").after("unfit"));

            assertThat(intake.offer(search("unfit")))
                    .contains(new PlanDefect("unfit", "it is too long for the record"));

            assertThat(handedOver).isEmpty();
            assertThat(intake.admittedIds()).isEmpty();
            assertThat(intake.unresolved()).as("it waits for another one").containsExactly("after");
            intake.recordTo(planned -> {});
            assertThat(intake.offer(search("unfit"))).isEmpty();
            assertThat(handedOverIds()).containsExactly("unfit", "after");
        }

        @Test
        void subtaskThatPointsNowhereAndCannotBeRecorded_isNotHandedOver() {
            intake.recordTo(this::takeDown);
            intake.offer(search("a"));
            intake.offer(search("unfit").after("nowhere"));

            intake.finish();

            assertThat(handedOverIds()).containsExactly("a");
            assertThat(intake.defects()).contains(new PlanDefect("unfit", "it is too long for the record"));
        }

        @Test
        void wholePlan_isOnRecordWhenItIsHandedOver() {
            var whole = PlanIntake.whole(ALL, Limits.DEFAULT, handedOver::add);
            whole.recordTo(this::takeDown);
            whole.offer(search("a"));
            assertThat(recorded).isEmpty();

            whole.finish();

            assertThat(recorded).containsExactly("a");
        }

        @Test
        void restore_ofWhatDoesNotFitAnyMore_isADefect_andNotKnownAgain() {
            var gone = new PlannedSubtask("g", "dance", Map.of(), List.of(), List.of(), false);

            assertThat(intake.restore(gone)).isPresent();
            assertThat(intake.offer(gone)).as("once more").isPresent();
            assertThat(intake.restore(search("a"))).isEmpty();
            assertThat(intake.offer(search("a"))).as("the very same one").isEmpty();
            assertThat(handedOverIds()).containsExactly("a");
        }
    }

    @Nested
    class End {
        @Test
        void nothing_canBeDoneAfterTheEnd() {
            intake.offer(search("a"));
            intake.finish();

            assertThatIllegalStateException().isThrownBy(intake::finish);
            assertThatIllegalStateException().isThrownBy(() -> intake.reject(new PlanDefect("x", "late")));
            assertThatIllegalStateException().isThrownBy(() -> intake.breakOff("late"));
        }

        @Test
        void rejection_listsTheFirstDefects_andCountsTheOthers() {
            for (int i = 0; i < 12; i++) {
                intake.reject(new PlanDefect("s" + i, "wrong"));
            }

            var rejected = catchThrowableOfType(PlanRejectedException.class, intake::finish);

            int shown = rejected.getMessage().split("; s\\d+: wrong", -1).length - 1;
            assertThat(shown).isBetween(1, 11);
            assertThat(rejected).hasMessageEndingWith("; and %d more defects".formatted(12 - shown));
        }

        @Test
        void finish_handsOverWhatPointsNowhereWithItsDependencies() {
            intake.offer(search("later").after("lost"));
            intake.offer(search("lost").after("nowhere"));
            intake.offer(search("a"));

            intake.finish();

            assertThat(handedOverIds()).containsExactly("a", "lost", "later");
            assertThat(intake.unresolved()).containsExactly("lost");
            assertThat(node("lost").dependencies()).containsExactly(new Dependency("nowhere", false));
            assertThat(intake.outstanding())
                    .containsExactly(new PlanDefect("lost", "it depends on \"nowhere\", not in the plan"));
        }

        @Test
        void finish_withNothingAdmitted_isRejectedWithEveryDefect() {
            intake.offer(search("lost").after("nowhere"));
            intake.offer(new PlannedSubtask("s1", "dance", Map.of(), List.of(), List.of(), false));

            var rejected = catchThrowableOfType(PlanRejectedException.class, intake::finish);

            assertThat(rejected.defects()).extracting(PlanDefect::subtaskId).containsExactly("s1", "lost");
            assertThat(rejected).hasMessageStartingWith("nothing of the plan can be run; s1: unknown type");
            assertThat(handedOver).isEmpty();
        }

        @Test
        void whole_handsOverNothingBeforeItsEnd() {
            var whole = PlanIntake.whole(ALL, Limits.DEFAULT, handedOver::add);
            whole.offer(search("b").after("a"));
            whole.offer(search("a"));
            assertThat(handedOver).isEmpty();

            whole.finish();

            assertThat(handedOverIds()).containsExactly("a", "b");
        }

        @Test
        void whole_withADefectOutstanding_handsOverNothing() {
            var whole = PlanIntake.whole(ALL, Limits.DEFAULT, handedOver::add);
            whole.offer(search("a"));
            whole.offer(search("b").after("nowhere"));

            var rejected = catchThrowableOfType(PlanRejectedException.class, whole::finish);

            assertThat(rejected.defects()).extracting(PlanDefect::subtaskId).containsExactly("b");
            assertThat(handedOver).isEmpty();
        }

        @Test
        void whole_withItsDefectsAnswered_isHandedOver() {
            var whole = PlanIntake.whole(ALL, Limits.DEFAULT, handedOver::add);
            whole.offer(search("a"));
            whole.offer(search("a"));
            assertThat(whole.outstanding()).hasSize(1);
            whole.answering();
            whole.offer(search("b"));

            whole.finish();

            assertThat(handedOverIds()).containsExactly("a", "b");
            assertThat(whole.defects()).hasSize(1);
        }
    }
}
