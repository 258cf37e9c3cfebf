// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cadre.task.Binding;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TypeRef;
import dev.cadre.task.Wire;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The inputs of a goal, as a plan refers to them. */
class GoalInputTest {
    record Clause(
            int number, @JsonPropertyDescription("in full") String text) {}

    record Contract(String title, List<Clause> clauses) {}

    record Checked(Clause clause) {}

    record Whole(Contract contract, Optional<String> title) {}

    record Finding(boolean risky) {}

    sealed interface Pet {
        record Cat(String value) implements Pet {}

        record Dog(int age) implements Pet {}
    }

    private static final SubtaskType<Checked, Finding> CHECK =
            SubtaskType.model("check", Checked.class, Finding.class, "Is the clause risky?");
    private static final SubtaskType<Whole, Finding> READ =
            SubtaskType.code("read", Whole.class, Finding.class, (in, context) -> new Finding(false));
    private static final SubtaskType<Pet, Finding> FEED =
            SubtaskType.code("feed", Pet.class, Finding.class, (in, context) -> new Finding(false));
    private static final List<SubtaskType<?, ?>> ALL = List.of(CHECK, READ, FEED);

    private static final Contract LEASE =
            new Contract("Lease", List.of(new Clause(1, "The rent is due."), new Clause(2, "No pets.")));

    private final List<GraphNode> nodes = new ArrayList<>();

    private static GoalInput contract(Contract value) {
        return GoalInput.of("contract", TypeRef.of(Contract.class), value);
    }

    private PlanIntake intake(GoalInput... inputs) {
        return PlanIntake.streamed(ALL, Limits.DEFAULT, nodes::add).knowing(List.of(inputs));
    }

    private static PlanIntake read(PlanIntake intake, String... subtasks) {
        var reader = new PlanReader(intake);
        reader.accept("{\"subtasks\":[" + String.join(",", subtasks) + "]}");
        assertThat(reader.end()).isEqualTo(PlanReader.Ending.WHOLE);
        return intake;
    }

    private static String subtask(String type, String id, String input) {
        return "{\"type\":\"%s\",\"id\":\"%s\",\"input\":%s}".formatted(type, id, input);
    }

    private Object input(int node) {
        return ((Binding.One) nodes.get(node).binding()).input().apply(id -> {
            throw new AssertionError("nothing is read of " + id);
        });
    }

    private List<?> items(int node) {
        return ((Binding.Each) nodes.get(node).binding()).inputs().apply(id -> {
            throw new AssertionError("nothing is read of " + id);
        });
    }

    @Nested
    class Wired {
        @Test
        void listOfAnInput_whereOneElementIsNeeded_runsOncePerElement_andWaitsForNothing() {
            var intake = read(
                    intake(contract(LEASE)),
                    subtask("check", "c", "{\"clause\":{\"from\":\"contract\",\"field\":\"clauses\"}}"));

            assertThat(intake.defects()).isEmpty();
            assertThat(intake.notes()).isEmpty();
            assertThat(nodes.getFirst().dependencies()).isEmpty();
            assertThat(items(0))
                    .isEqualTo(LEASE.clauses().stream().map(Checked::new).toList());
        }

        @Test
        void inputWithoutAField_isTheWholeOfIt_andThatIsNothingToNote() {
            var intake = read(
                    intake(contract(LEASE)),
                    subtask(
                            "read",
                            "r",
                            "{\"contract\":{\"from\":\"contract\"},\"title\":{\"from\":\"contract\",\"field\":\"title\"}}"));

            assertThat(intake.defects()).isEmpty();
            assertThat(intake.notes()).isEmpty();
            assertThat(input(0)).isEqualTo(new Whole(LEASE, Optional.of("Lease")));
            assertThat(intake.taken().getFirst().wires())
                    .containsExactly(new Wire("contract", "contract", ""), new Wire("title", "contract", "title"));
        }

        @Test
        void inputThatIsNoRecord_isReadAsAWhole() {
            var pets = GoalInput.of("pets", new TypeRef<List<Pet>>() {}, List.of(new Pet.Cat("c"), new Pet.Dog(2)));
            var pet = GoalInput.of("pet", TypeRef.of(Pet.class), new Pet.Cat("c"));

            var intake = read(
                    intake(pets, pet),
                    subtask("feed", "all", "{\"value\":{\"from\":\"pets\"}}"),
                    subtask("feed", "one", "{\"value\":{\"from\":\"pet\",\"field\":\"value\"}}"));

            assertThat(intake.defects()).isEmpty();
            assertThat(items(0)).isEqualTo(List.of(new Pet.Cat("c"), new Pet.Dog(2)));
            assertThat(input(1)).isEqualTo(new Pet.Cat("c"));
        }

        @Test
        void planByHand_isWiredToAnInput() {
            var intake = intake(contract(LEASE));

            assertThat(intake.offer(PlannedSubtask.of("c", CHECK).withWire("clause", "contract", "clauses")))
                    .isEmpty();
            assertThat(items(0)).hasSize(2);
        }

        @Test
        void after_anInput_isNeverWaitedFor() {
            var intake = intake(contract(LEASE));

            assertThat(intake.offer(PlannedSubtask.of("p", FEED, new Pet.Dog(1)).after("contract")))
                    .isEmpty();
            assertThat(nodes.getFirst().dependencies()).isEmpty();
            assertThat(intake.unresolved()).isEmpty();
        }

        @Test
        void value_thatChangesLater_isTheOneThatWasGiven() {
            var clauses = new ArrayList<>(LEASE.clauses());
            var given = contract(new Contract("Lease", clauses));
            clauses.clear();

            read(intake(given), subtask("check", "c", "{\"clause\":{\"from\":\"contract\",\"field\":\"clauses\"}}"));

            assertThat(items(0)).hasSize(2);
        }

        @Test
        void name_inAnotherCase_isReadAndNoted() {
            var intake = read(
                    intake(contract(LEASE)),
                    subtask("check", "c", "{\"clause\":{\"from\":\"Contract\",\"field\":\"clauses\"}}"));

            assertThat(intake.notes()).containsExactly(new PlanDefect("c", "\"Contract\" was read as \"contract\""));
            assertThat(nodes).hasSize(1);
        }
    }

    @Nested
    class Refused {
        private List<PlanDefect> defects(String input) {
            return read(intake(contract(LEASE)), subtask("check", "c", "{\"clause\":%s}".formatted(input)))
                    .outstanding();
        }

        @Test
        void fieldThatDoesNotFit_isADefectBeforeTheStart_whichQuotesNothingOfTheValue() {
            assertThat(defects("{\"from\":\"contract\",\"field\":\"title\"}"))
                    .containsExactly(new PlanDefect(
                            "c",
                            "\"title\" of \"contract\" is string and does not fit input.clause,"
                                    + " which is {\"number\": integer, \"text\": string (in full)}"));
            assertThat(defects("{\"from\":\"contract\"}").toString()).contains("the whole of \"contract\" is {");
        }

        @Test
        void fieldThatIsNotThere_isADefectThatNamesThose() {
            assertThat(defects("{\"from\":\"contract\",\"field\":\"pages\"}"))
                    .containsExactly(
                            new PlanDefect("c", "\"contract\" has no field \"pages\"; its fields are title, clauses"));
        }

        @Test
        void nameThatIsNeither_isADefectThatNamesTheInputs() {
            assertThat(defects("{\"from\":\"lease\",\"field\":\"clauses\"}"))
                    .containsExactly(new PlanDefect(
                            "c", "it depends on \"lease\", not in the plan, nor among the inputs, which are contract"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"contract", "Contract"})
        void subtaskWithTheNameOfAnInput_isADefect(String id) {
            var intake = intake(contract(LEASE));

            assertThat(intake.offer(PlannedSubtask.of(id, FEED, new Pet.Dog(1))))
                    .contains(new PlanDefect(id, "the id \"%s\" is the name of an input of the goal".formatted(id)));
            assertThat(nodes).isEmpty();
        }

        @Test
        void listThatIsTooLongForAFanOut_isADefectBeforeAnythingIsPaid() {
            var clauses = Collections.nCopies(Limits.DEFAULT.maxItems() + 1, new Clause(1, "x"));
            var intake = read(
                    intake(contract(new Contract("Long", clauses))),
                    subtask("check", "c", "{\"clause\":{\"from\":\"contract\",\"field\":\"clauses\"}}"));

            assertThat(intake.defects())
                    .containsExactly(new PlanDefect(
                            "c",
                            "input.clause takes one element of a list of 257 at a time; a list may have 256 at most"));
            assertThat(nodes).isEmpty();
        }

        @Test
        void inputs_afterTheFirstSubtask_areTooLate() {
            var intake = intake();
            var unused = intake.offer(PlannedSubtask.of("p", FEED, new Pet.Dog(1)));

            assertThatIllegalStateException().isThrownBy(() -> intake.knowing(List.of(contract(LEASE))));
        }
    }

    @Nested
    class Asked {
        private final String schema = PlanSchema.of(ALL, List.of(contract(LEASE)), List.of());

        @Test
        void schema_namesTheFieldsOfInputsThatFit_besidesThoseOfOutputs() {
            assertThat(schema)
                    .contains("\"Reference\":{\"type\":\"object\",\"properties\":{\"from\":{\"type\":\"string\"},"
                            + "\"field\":{\"type\":\"string\",\"enum\":[\"clauses\"]}}")
                    .contains("\"enum\":[\"title\"]");
            assertThat(PlanSchema.of(ALL, List.of(), List.of())).doesNotContain("Reference");
        }

        @Test
        void schema_namesTheInputsThatFitAsAWhole_inAReferenceWithoutAField() {
            assertThat(schema)
                    .contains("\"contract\":{\"anyOf\":[{\"$ref\":\"#/$defs/Contract\"},{\"$ref\":\"#/$defs/Input\"}]}")
                    .contains("\"Input\":{\"type\":\"object\",\"properties\":{\"from\":{\"type\":\"string\","
                            + "\"enum\":[\"contract\"]}},\"required\":[\"from\"],\"additionalProperties\":false}");
        }
    }

    @Nested
    class Given {
        @ParameterizedTest
        @ValueSource(strings = {"", "the contract", "@input", "ünder"})
        void name_thatCannotBeAnId_isRefused(String name) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GoalInput.of(name, TypeRef.of(String.class), "x"))
                    .withMessageStartingWith("the name of an input must be 1 to 64 letters");
        }

        @Test
        void value_thatDoesNotFitItsType_isRefusedWithThePlace() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GoalInput.of(
                            "numbers", TypeRef.of(double[].class), new double[] {1, Double.POSITIVE_INFINITY}))
                    .withMessageContaining("'numbers'")
                    .withMessageContaining("[1]");
        }

        @Test
        void value_thatNoWorkerCouldRead_isRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GoalInput.of("n", TypeRef.of(BigInteger.class), BigInteger.TEN.pow(2_000)))
                    .withMessageStartingWith("the input 'n' does not fit its type: ");
        }

        @Test
        @SuppressWarnings({"unchecked", "rawtypes"}) // as code without type arguments may do
        void value_ofAnotherType_isRefusedByItsName() {
            TypeRef contract = TypeRef.of(Types.Query.class);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GoalInput.of("n", contract, "no query"))
                    .withMessageStartingWith("the input 'n' does not fit its type: ");
        }

        @Test
        void inputs_ofOneName_inWhateverCase_areRefused() {
            var other = GoalInput.of("Contract", TypeRef.of(String.class), "x");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GoalInput.requireTogether(List.of(contract(LEASE), other)))
                    .withMessage("two inputs of the goal are named 'Contract'");
        }

        @Test
        void inputs_beyondTheirNumberOrSize_areRefused() {
            var many = IntStream.rangeClosed(0, GoalInput.MAX_INPUTS)
                    .mapToObj(i -> GoalInput.of("i" + i, TypeRef.of(String.class), "x"))
                    .toList();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GoalInput.requireTogether(many))
                    .withMessage("a goal may have 32 inputs, not 33");

            var large = List.of("a", "b").stream()
                    .map(name -> GoalInput.of(name, TypeRef.of(String.class), "x".repeat(8 * 1024 * 1024)))
                    .toList();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GoalInput.requireTogether(large))
                    .withMessageStartingWith("the inputs of a goal may have 16,777,216 bytes of JSON together,"
                            + " not 16,777,220: [GoalInput[a, 8,388,610 bytes]");
        }

        @Test
        void signature_isFormAndSize_withoutTheText() {
            assertThat(contract(LEASE).signature())
                    .isEqualTo(
                            "{\"title\": string, \"clauses\": list of {\"number\": integer, \"text\": string (in full)}}"
                                    + " (about 24 tokens; clauses: 2 items of about 8 tokens)");
            assertThat(GoalInput.of("n", new TypeRef<Map<String, Integer>>() {}, Map.of("secret", 1))
                            .signature())
                    .isEqualTo("list of {\"key\": string, \"value\": integer} (about 7 tokens)");
            assertThat(GoalInput.of("t", TypeRef.of(String.class), "x".repeat(164_321))
                            .signature())
                    .isEqualTo("string (about 41,000 tokens)");
            assertThat(contract(new Contract("Empty", List.of())).signature())
                    .endsWith(" (about 7 tokens; clauses: no items)");
            assertThat(contract(LEASE)).hasToString("GoalInput[contract, 99 bytes]");
        }
    }
}
