// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.model.Effort;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelSpec;
import dev.cadre.run.RunSettings;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Work;
import dev.cadre.worker.PoolChoice;
import dev.cadre.worker.SubtaskWorker;
import java.util.List;

/**
 * What must hold before anything is called: every type runs on tiers that have a model, with the capabilities and the
 * prices that it needs.
 */
record Requirements(RunSettings settings) {

    /** The types of a graph's subtasks. */
    static List<SubtaskType<?, ?>> types(TaskGraph<?> graph) {
        return graph.nodes().stream()
                .<SubtaskType<?, ?>>map(node -> node.type())
                .toList();
    }

    /**
     * Checks what a planner may use.
     *
     * @throws IllegalStateException if that is nothing, or a type lacks something
     */
    void hold(List<SubtaskType<?, ?>> registered) {
        if (registered.isEmpty()) {
            throw new IllegalStateException("a goal needs subtask types: register them with plansWith(...)");
        }
        holdFor(registered);
    }

    /**
     * Checks types that are used.
     *
     * @throws IllegalStateException if one of them lacks something
     */
    void holdFor(List<SubtaskType<?, ?>> used) {
        var worker = SubtaskWorker.of(settings.pools());
        for (SubtaskType<?, ?> type : used) {
            if (type.isModelWork()) {
                type.tiers().pools().keySet().forEach(tier -> PoolChoice.of(settings.pools(), type, tier));
                type.tiers().choices().forEach(tier -> PoolChoice.of(settings.pools(), type, tier));
                requireCapabilities(type);
                requireSampling(type);
                worker.requirePriced(type, settings.limits());
            }
        }
    }

    /** Money may push a type down to its floor, and an answer that is not accepted up to its top. */
    private void requireCapabilities(SubtaskType<?, ?> type) {
        for (Tier tier : PoolChoice.tiers(settings.pools(), type)) {
            var choice = PoolChoice.of(settings.pools(), type, tier);
            if (choice.candidates().stream().noneMatch(choice::isCapable)) {
                throw incapable(type, tier, choice);
            }
        }
    }

    private static IllegalStateException incapable(SubtaskType<?, ?> type, Tier tier, PoolChoice choice) {
        ModelPool own = choice.candidates().getFirst();
        Capability lacking = type.needs().stream()
                .filter(needed -> !own.spec().can(needed))
                .sorted()
                .findFirst()
                .orElseThrow();
        return new IllegalStateException(
                choice.candidates().size() == 1
                        ? "subtask type '%s' needs %s, and may run on tier %s, whose model %s lacks it: choose other tiers with startingAt, notBelow and upTo, or a pool that has it with ModelPools.Builder.behind or onPool"
                                .formatted(type.name(), lacking, tier, own.model())
                        : "subtask type '%s' needs %s, and may run on tier %s, none of whose models %s has all of them: choose other tiers with startingAt, notBelow and upTo, or put another pool behind the tier"
                                .formatted(
                                        type.name(),
                                        type.needs().stream().sorted().toList(),
                                        tier,
                                        choice.models()));
    }

    /** A model may refuse a parameter that it does not take, or ignore it: neither is found out by paying. */
    private void requireSampling(SubtaskType<?, ?> type) {
        if (type.work() instanceof Work.Model<?, ?> work) {
            Effort effort = work.effort().orElse(settings.limits().effort());
            work.sampling()
                    .temperature()
                    .ifPresent(set -> requireTaken(type, effort, "a temperature", Capability.TEMPERATURE));
            work.sampling().topP().ifPresent(set -> requireTaken(type, effort, "a top_p", Capability.TOP_P));
        }
    }

    private void requireTaken(SubtaskType<?, ?> type, Effort effort, String parameter, Capability taking) {
        for (Tier tier : PoolChoice.tiers(settings.pools(), type)) {
            for (ModelSpec spec : specs(type, tier)) {
                boolean reasons = effort != Effort.NONE && spec.can(Capability.REASONING);
                if (reasons || !spec.can(taking)) {
                    throw new IllegalStateException(
                            "subtask type '%s' sets %s, and may run on tier %s, whose model %s %s: leave it out, choose other tiers with startingAt, notBelow and upTo%s"
                                    .formatted(
                                            type.name(),
                                            parameter,
                                            tier,
                                            spec.id(),
                                            reasons ? "takes none at effort " + effort : "is not known to take one",
                                            reasons
                                                    ? ", or the effort NONE"
                                                    : ", or state it with ModelSpec.withCapabilities if it does"));
                }
            }
        }
    }

    /** Of whoever may answer there. */
    private List<ModelSpec> specs(SubtaskType<?, ?> type, Tier tier) {
        return PoolChoice.of(settings.pools(), type, tier).able(settings.limits()).stream()
                .flatMap(pool -> pool.servingSpecs().stream())
                .toList();
    }
}
