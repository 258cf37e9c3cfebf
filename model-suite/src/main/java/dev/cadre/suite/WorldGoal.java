// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A goal in a world, with what its plan and its answer must be like. Immutable; each method adds one check.
 *
 * @param named the types that its checks name
 */
record WorldGoal(String id, String text, List<String> named, List<PlanCheck> plan, AnswerCheck answer) {
    /** Says what is wrong with a plan; empty if nothing is. */
    @FunctionalInterface
    interface PlanCheck extends Function<PlanFacts, Optional<String>> {}

    WorldGoal {
        named = List.copyOf(named);
        plan = List.copyOf(plan);
    }

    static WorldGoal goal(String id, String text) {
        return new WorldGoal(id, text, List.of(), List.of(), AnswerCheck.NONE);
    }

    /** The plan uses each of these types. */
    WorldGoal uses(String... types) {
        WorldGoal more = this;
        for (String type : types) {
            more = more.times(type, 1);
        }
        return more;
    }

    /** The plan has at least so many subtasks of the type. */
    WorldGoal times(String type, int least) {
        return naming(type).check(plan -> plan.count(type) >= least, "fewer than %d of '%s'".formatted(least, type));
    }

    /** The plan does not use the type. */
    WorldGoal without(String type) {
        return naming(type).check(plan -> plan.count(type) == 0, "uses '%s'".formatted(type));
    }

    /** The plan has at most so many subtasks. */
    WorldGoal atMost(int subtasks) {
        return check(plan -> plan.size() <= subtasks, "more than %d subtasks".formatted(subtasks));
    }

    /** The longest chain of the plan has a length between these. */
    WorldGoal depth(int least, int most) {
        return check(
                plan -> plan.depth() >= least && plan.depth() <= most,
                "a depth that is not %d to %d".formatted(least, most));
    }

    /** A subtask of the type runs once for each element of a list. */
    WorldGoal fansOut(String type) {
        return naming(type).check(plan -> plan.fansOut(type), "no fan-out of '%s'".formatted(type));
    }

    /** No subtask runs once for each element of a list. */
    WorldGoal runsOnce() {
        return check(plan -> !plan.fansOutAnywhere(), "a fan-out");
    }

    /** The plan itself gives this value, alone or within a text. */
    WorldGoal mentions(String value) {
        Words wanted = Words.of(value);
        return check(
                plan -> plan.values().stream().anyMatch(each -> Words.of(each).contain(wanted)),
                "no value '%s'".formatted(value));
    }

    /** The plan gives no value for the component. */
    WorldGoal leavesOut(String component) {
        return check(plan -> !plan.hasLiteral(component), "a value for '%s'".formatted(component));
    }

    /** Whatever is of the later type waits for something of the first type. */
    WorldGoal orders(String first, String later) {
        return naming(first)
                .naming(later)
                .check(plan -> plan.orders(first, later), "'%s' does not wait for '%s'".formatted(later, first));
    }

    /** The answer says each of these, see {@link Words#have}. */
    WorldGoal answers(String... alternatives) {
        return new WorldGoal(id, text, named, plan, answer.and(alternatives));
    }

    /** The answer says none of these. */
    WorldGoal answersNot(String... alternatives) {
        return new WorldGoal(id, text, named, plan, answer.andNot(alternatives));
    }

    /** What is wrong with a plan for this goal; empty if nothing is. */
    List<String> objections(PlanFacts plan, World world) {
        var objections = new ArrayList<String>();
        this.plan.forEach(check -> check.apply(plan).ifPresent(objections::add));
        Words asked = Words.of(text);
        for (String component : world.identifiers()) {
            for (String value : plan.values(component)) {
                if (!asked.contain(Words.of(value))) {
                    objections.add("makes up the %s '%s'".formatted(component, value));
                }
            }
        }
        if (!objections.isEmpty()) {
            objections.add("the plan is %s".formatted(plan));
        }
        return objections;
    }

    private WorldGoal naming(String type) {
        var more = new ArrayList<>(named);
        more.add(type);
        return new WorldGoal(id, text, more, plan, answer);
    }

    private WorldGoal check(Predicate<PlanFacts> test, String objection) {
        var more = new ArrayList<>(plan);
        more.add(facts -> test.test(facts) ? Optional.empty() : Optional.of(objection));
        return new WorldGoal(id, text, named, more, answer);
    }
}
