// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.plan.GoalInput;
import dev.cadre.simulation.proof.SimTypes.Finding;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.TypeRef;
import dev.cadre.task.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run in virtual time starts from: the outcomes of the run before it as inputs of its goal, like those of a turn in a
 * conversation. Those of fan-outs are lists, to which no subtask here is wired.
 *
 * @param inputs the inputs, in plan order
 * @param wired the names of those that a subtask may be wired to
 */
record SimFollowed(List<GoalInput> inputs, List<String> wired) {
    static final SimFollowed NOTHING = new SimFollowed(List.of(), List.of());

    SimFollowed {
        inputs = List.copyOf(inputs);
        wired = List.copyOf(wired);
    }

    /** The outcomes of a run that has ended, as many as leave room for an input of the goal's own. */
    static SimFollowed of(SimRun earlier) {
        var inputs = new ArrayList<GoalInput>();
        var wired = new ArrayList<String>();
        SimCheck.that(earlier.hasEnded(), "run '%s' is followed and has not ended", earlier.id());
        earlier.ending()
                .ifPresent(ending -> ending.outcomes().forEach((id, outcome) -> {
                    String name = earlier.id() + "." + id;
                    if (inputs.size() < GoalInput.MAX_INPUTS - 1
                            && outcome instanceof Outcome.Succeeded<?>(Object value)) {
                        inputs.add(input(name, value));
                        if (value instanceof Finding) {
                            wired.add(name);
                        }
                    }
                }));
        return new SimFollowed(inputs, wired);
    }

    private static GoalInput input(String name, Object value) {
        return value instanceof Items<?> items
                ? GoalInput.of(
                        name,
                        new TypeRef<List<Finding>>() {},
                        items.values().stream().map(Finding.class::cast).toList())
                : GoalInput.of(name, TypeRef.of(Finding.class), (Finding) value);
    }

    /** A wire to the text of one of them, which the number chooses; none if there is nothing to be wired to. */
    Optional<Wire> wire(int number) {
        return wired.isEmpty()
                ? Optional.empty()
                : Optional.of(new Wire("text", wired.get(Math.floorMod(number, wired.size())), "text"));
    }
}
