// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.model.Effort;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelSpec;
import dev.cadre.run.RunSettings;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Work;
import dev.cadre.worker.SubtaskWorker;
import java.util.List;
import java.util.Set;

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
                type.tiers().choices().forEach(settings.pools()::pool);
                requireCapabilities(type);
                requireSampling(type);
                worker.requirePriced(type, settings.limits());
            }
        }
    }

    /** Money may push a type down to its floor, and an answer that is not accepted up to its top. */
    private void requireCapabilities(SubtaskType<?, ?> type) {
        ModelPools pools = settings.pools();
        for (Tier tier : pools.tiers()) {
            for (Capability needed : type.tiers().include(tier) ? type.needs() : Set.<Capability>of()) {
                if (!pools.pool(tier).spec().can(needed)) {
                    throw new IllegalStateException(
                            "subtask type '%s' needs %s, and may run on tier %s, whose model %s lacks it: choose other tiers with startingAt, notBelow and upTo"
                                    .formatted(
                                            type.name(),
                                            needed,
                                            tier,
                                            pools.pool(tier).model()));
                }
            }
        }
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
        for (Tier tier : settings.pools().tiers()) {
            for (ModelSpec spec : type.tiers().include(tier) ? specs(tier) : List.<ModelSpec>of()) {
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
    private List<ModelSpec> specs(Tier tier) {
        return settings.pools().pool(tier).servingSpecs();
    }
}
