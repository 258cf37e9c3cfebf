// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.World.code;
import static dev.cadre.suite.WorldGoal.goal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.plan.PlannedSubtask;
import dev.cadre.task.SubtaskType;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorldGoalTest {
    record Street(String street) {}

    record Houses(List<String> houses) {}

    record House(String house) {}

    record Windows(int windows) {}

    private static final SubtaskType<Street, Houses> LIST = code(
            "list", Street.class, Houses.class, "The houses of a street.", street -> new Houses(List.of("a", "b")));
    private static final SubtaskType<House, Windows> COUNT =
            code("count", House.class, Windows.class, "The windows of a house.", house -> new Windows(4));
    private static final World WORLD = World.of("street", () -> List.of(LIST, COUNT), "house");

    private static final PlannedSubtask ONE = PlannedSubtask.of("one", COUNT, new House("12 b"));
    private static final PlannedSubtask ALL = PlannedSubtask.of("all", LIST, new Street("Elm Street"));
    private static final PlannedSubtask EACH = PlannedSubtask.of("each", COUNT).withWire("house", "all", "houses");

    private static PlanFacts plan(PlannedSubtask... planned) {
        return PlanFacts.of(List.of(planned), List.of(LIST, COUNT));
    }

    private static List<String> objections(WorldGoal goal, PlannedSubtask... planned) {
        return goal.objections(plan(planned), WORLD);
    }

    private static WorldGoal windows() {
        return goal("windows", "How many windows has the house 12 b?");
    }

    @Test
    void uses_withoutTheType_isRed() {
        assertThat(objections(windows().uses("count"), ONE)).isEmpty();
        assertThat(objections(windows().uses("list", "count"), ONE)).contains("fewer than 1 of 'list'");
    }

    @Test
    void times_withFewer_isRed() {
        assertThat(objections(windows().times("count", 2), ALL, EACH, ONE)).isEmpty();
        assertThat(objections(windows().times("count", 2), ONE)).contains("fewer than 2 of 'count'");
    }

    @Test
    void without_withTheType_isRed() {
        assertThat(objections(windows().without("list"), ONE)).isEmpty();
        assertThat(objections(windows().without("list"), ALL, ONE)).contains("uses 'list'");
    }

    @Test
    void atMost_withMore_isRed() {
        assertThat(objections(windows().atMost(1), ONE)).isEmpty();
        assertThat(objections(windows().atMost(1), ALL, ONE)).contains("more than 1 subtasks");
    }

    @Test
    void depth_outsideItsBounds_isRed() {
        assertThat(objections(windows().depth(2, 2), ALL, EACH)).isEmpty();
        assertThat(objections(windows().depth(2, 2), EACH, ALL)).isEmpty(); // whatever their order
        assertThat(objections(windows().depth(2, 2), ONE)).contains("a depth that is not 2 to 2");
        assertThat(objections(windows().depth(1, 1), ALL, EACH)).contains("a depth that is not 1 to 1");
    }

    @Test
    void fansOut_withoutAFanOut_isRed() {
        assertThat(objections(windows().fansOut("count"), ALL, EACH)).isEmpty();
        assertThat(objections(windows().fansOut("count"), ONE)).contains("no fan-out of 'count'");
    }

    @Test
    void runsOnce_withAFanOut_isRed() {
        assertThat(objections(windows().runsOnce(), ONE)).isEmpty();
        assertThat(objections(windows().runsOnce(), ALL, EACH)).contains("a fan-out");
    }

    @Test
    void mentions_withoutTheValue_isRed() {
        assertThat(objections(windows().mentions("12 B"), ONE)).isEmpty();
        assertThat(objections(windows().mentions("elm"), ALL, ONE)).isEmpty();
        assertThat(objections(windows().mentions("elm"), ONE)).contains("no value 'elm'");
    }

    @Test
    void leavesOut_withAValue_isRed() {
        assertThat(objections(windows().leavesOut("street"), ONE)).isEmpty();
        assertThat(objections(windows().leavesOut("street"), ALL)).contains("a value for 'street'");
    }

    @Test
    void orders_withoutAWayBetween_isRed() {
        assertThat(objections(windows().orders("list", "count"), ALL, EACH)).isEmpty();
        assertThat(objections(windows().orders("list", "count"), ALL, ONE.after("all")))
                .isEmpty();
        assertThat(objections(windows().orders("list", "count"), ALL, ONE))
                .contains("'count' does not wait for 'list'");
    }

    @Test
    void identifier_thatTheGoalDoesNotName_isRed() {
        assertThat(objections(goal("other", "How many windows has the house 13?"), ONE))
                .contains("makes up the house '12 b'");
    }

    @Test
    void answers_withoutTheWords_isRed() {
        AnswerCheck check = windows().answers("four|window*").answersNot("five").answer();

        assertThat(check.objections("It has 4.")).isEmpty();
        assertThat(check.objections("It has some doors.")).contains("lacks 'four|window*'");
        assertThat(check.objections("It has 4 or 5 windows.")).contains("says 'five'");
    }

    @Test
    void goal_namingATypeThatIsNotThere_isRefused() {
        assertThatThrownBy(() -> WORLD.with(windows().uses("paint")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("goal 'windows' names the type 'paint', world 'street' has");
    }
}
