// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskGraphTest {
    private static final SubtaskType<String, String> NOTE =
            SubtaskType.model("note", String.class, String.class, "Note it.");

    private final TaskGraph.Builder graph = TaskGraph.builder();

    private SubtaskRef<String> note(String id) {
        return graph.add(id, NOTE, "about " + id);
    }

    private SubtaskRef<String> note(String id, SubtaskRef<String> from) {
        return graph.add(id, NOTE, Input.from(from, text -> "after " + text));
    }

    private static List<Dependency> dependencies(TaskGraph<?> graph, String id) {
        return graph.nodes().stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow()
                .dependencies();
    }

    @Test
    void nodes_keepTheOrderInWhichTheyWereAdded() {
        note("b");
        note("c");
        var built = graph.answering(note("a"));

        assertThat(built.nodes()).extracting(GraphNode::id).containsExactly("b", "c", "a");
        assertThat(built.answer()).isEqualTo("a");
    }

    @Test
    void input_ofSeveralOutputs_dependsOnEachOnce() {
        var a = note("a");
        var b = note("b");
        var both = graph.add("both", NOTE, Input.from(a, b, a, (x, y, z) -> x + y + z));

        assertThat(dependencies(graph.answering(both), "both"))
                .containsExactly(new Dependency("a", false), new Dependency("b", false));
    }

    @Test
    void softReference_isASoftDependency() {
        var a = note("a");
        var careful = graph.add("careful", NOTE, Input.from(a.ifSucceeded(), text -> text.orElse("nothing")));

        assertThat(dependencies(graph.answering(careful), "careful")).containsExactly(new Dependency("a", true));
    }

    @Test
    void after_itself_closesACycle() {
        var a = note("a");

        assertThatThrownBy(() -> graph.after(a, a))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'a' after 'a' closes a cycle");
    }

    @Test
    void after_somethingThatDependsOnIt_closesACycle_andChangesNothing() {
        var a = note("a");
        var b = note("b", a);
        var c = note("c", b);
        var free = note("free");

        assertThatThrownBy(() -> graph.after(a, free, c))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'a' after 'c' closes a cycle");
        assertThat(dependencies(graph.answering(c), "a")).isEmpty();
    }

    @Test
    void after_anEdgeThatAnotherCallAdded_closesACycle() {
        var a = note("a");
        var b = note("b");
        graph.after(a, b);

        assertThatThrownBy(() -> graph.after(b, a)).hasMessage("'b' after 'a' closes a cycle");
    }

    @Test
    void after_addsAnEdgeWithoutAValue() {
        var a = note("a");
        var b = note("b");
        graph.after(b, a);

        assertThat(dependencies(graph.answering(b), "b")).containsExactly(new Dependency("a", false));
    }

    @Test
    void id_usedTwice_isRefused() {
        note("a");

        assertThatThrownBy(() -> note("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the graph has a subtask 'a' already");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-a", "a b", "a/b", "a\n", "é"})
    void id_ofOtherCharacters_isRefused(String id) {
        assertThatThrownBy(() -> note(id)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void id_ofMoreThan64Characters_isRefused_andCutInTheMessage() {
        note("x".repeat(64));

        assertThatThrownBy(() -> note("y".repeat(65)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("subtask id '" + "y".repeat(64) + "…' must match");
    }

    @Test
    void reference_ofAnotherGraph_isRefused_thoughItsIdIsKnown() {
        var foreign = TaskGraph.builder().add("a", NOTE, "elsewhere");
        note("a");
        var b = note("b");

        assertThatThrownBy(() -> note("c", foreign)).hasMessage("subtask 'a' belongs to another graph");
        assertThatThrownBy(() -> graph.after(b, foreign)).hasMessage("subtask 'a' belongs to another graph");
        assertThatThrownBy(() -> graph.optional(foreign)).hasMessage("subtask 'a' belongs to another graph");
        assertThatThrownBy(() -> graph.answering(foreign)).hasMessage("subtask 'a' belongs to another graph");
    }

    @Test
    void answer_thatMayBeMissing_isRefused() {
        SubtaskRef<Optional<String>> soft = note("a").ifSucceeded();

        assertThatThrownBy(() -> graph.answering(soft)).hasMessage("the answer 'a' cannot be a soft reference");
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"}) // what a caller may do who ignores the compiler's warning
    void input_ofAnotherType_isRefused() {
        assertThatThrownBy(() -> graph.add("a", (SubtaskType) NOTE, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("subtask 'a' takes java.lang.String, not java.lang.Integer");
    }

    @Test
    void graph_onceBuilt_isNotChangedByItsBuilder() {
        var a = note("a");
        var built = graph.answering(a);
        graph.optional(a);
        note("b");

        assertThat(built.nodes()).singleElement().matches(node -> !node.optional());
    }

    @Test
    void minSuccess_belowZero_isRefused() {
        assertThatThrownBy(() -> Input.forEach(List.of("x")).minSuccess(-1))
                .hasMessage("minSuccess must not be negative: -1");
    }

    // --- branches, races and loops

    @Test
    @SuppressWarnings("NullAway") // as code without its checks would
    void when_onWhatDependsOnIt_closesACycle() {
        var a = note("a");
        var b = note("b", a);

        assertThatThrownBy(() -> graph.when(a, b, "it is so", text -> true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'a' after 'b' closes a cycle");
        assertThatThrownBy(() -> graph.when(b, a, "it is so", null)).hasMessage("the test of 'it is so' is null");
        assertThatThrownBy(() -> graph.repeat("r", b, 1, "rule", null, text -> text))
                .hasMessage("the test of the rule 'rule' is null");
        assertThatThrownBy(() -> graph.when(b, a, " ", text -> true)).hasMessage("a condition must be said in words");
    }

    @Test
    void race_ofWhatCannotRace_isRefused() {
        var a = note("a");
        var items = graph.add("items", NOTE, Input.forEach(List.of("x")));

        assertThatThrownBy(() -> graph.<String>race("r")).hasMessage("a race needs a subtask");
        assertThatThrownBy(() -> graph.race("r", a, a))
                .hasMessage("a subtask is twice in a race: [SubtaskRef[a], SubtaskRef[a]]");
        assertThatThrownBy(() -> graph.race("r", items)).hasMessage("'items' fans out, and cannot be part of a race");
        assertThatThrownBy(() -> graph.race("r", a.ifSucceeded()))
                .hasMessage("'a' cannot be part of a race as a soft reference");
        assertThatThrownBy(() -> graph.quorum("q", 2, List.of(a)))
                .hasMessage("a quorum needs 1 to 1 of its 1 members, not 2");
        assertThatThrownBy(() -> Input.forEach(List.of("x")).enough(0))
                .hasMessage("enough must be at least one item, not 0");
        assertThat(graph.answering(a).nodes()).extracting(GraphNode::id).containsExactly("a", "items");
    }

    @Test
    void repeat_addsAllItsRoundsWithIdsOfTheirOwn() {
        var a = note("a");
        var last = graph.repeat("r", a, 2, "it is long", text -> text.length() > 9, text -> note("more", text));

        var built = graph.answering(last);
        assertThat(built.nodes()).extracting(GraphNode::id).containsExactly("a", "r.1.more", "r.2.more", "r");
        assertThat(dependencies(built, "r.2.more"))
                .extracting(Object::toString)
                .containsExactly(
                        "Dependency[on=r.1.more, soft=false]",
                        "Dependency[on=r.1.more, soft=false, when=the rule 'it is long' does not hold]");
        assertThat(note("after").id()).as("what is added later").isEqualTo("after");
    }

    @Test
    void repeat_ofARoundThatAddsNothing_isRefused() {
        var a = note("a");

        assertThatThrownBy(() -> graph.repeat("r", a, 2, "rule", text -> true, text -> a))
                .hasMessage("a round must add the subtask that it returns, not return 'a'");
        assertThatThrownBy(() -> graph.repeat("r", a, 0, "rule", text -> true, text -> note("x")))
                .hasMessage("'r' may have 1 to 20 rounds, not 0");
        assertThat(note("b").id()).as("what is added later").isEqualTo("b");
    }
}
