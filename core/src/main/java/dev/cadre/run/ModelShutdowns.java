// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.ShutdownNotice;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.PoolChoice;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The announced shutdowns of the models that a run may use. */
public final class ModelShutdowns {
    /** Where each pool may be used. Pools are equal to themselves alone. */
    private final Map<ModelPool, Set<Tier>> used = new LinkedHashMap<>();

    /** Of the models of all tiers, and of those that these types may run on besides. */
    public static ModelShutdowns ofAll(ModelPools pools, List<? extends SubtaskType<?, ?>> types) {
        var shutdowns = new ModelShutdowns();
        pools.tiers().forEach(tier -> shutdowns.use(pools.pool(tier), tier));
        shutdowns.use(pools, types);
        return shutdowns;
    }

    /** Of the models that these types may run on. */
    public static ModelShutdowns of(ModelPools pools, List<? extends SubtaskType<?, ?>> types) {
        var shutdowns = new ModelShutdowns();
        shutdowns.use(pools, types);
        return shutdowns;
    }

    private void use(ModelPools pools, List<? extends SubtaskType<?, ?>> types) {
        for (Tier tier : Tier.values()) {
            for (SubtaskType<?, ?> type : types) {
                if (type.isModelWork() && PoolChoice.tiers(pools, type).contains(tier)) {
                    PoolChoice.of(pools, type, tier).candidates().forEach(pool -> use(pool, tier));
                }
            }
        }
    }

    private void use(ModelPool pool, Tier tier) {
        used.computeIfAbsent(pool, first -> EnumSet.noneOf(Tier.class)).add(tier);
    }

    /** Throws {@link dev.cadre.price.ModelShutDownException} if one of the models is gone. */
    public void requireNone() {
        used.keySet().forEach(ModelPool::requireInService);
    }

    /** Reports each model that will soon be shut down, once. */
    public void tell(String runId, Duration at, RunListener listener) {
        Map<ShutdownNotice, Set<Tier>> near = new LinkedHashMap<>();
        used.forEach((pool, tiers) -> pool.shutdownNotice()
                .ifPresent(notice -> near.computeIfAbsent(notice, first -> EnumSet.noneOf(Tier.class))
                        .addAll(tiers)));
        near.forEach((notice, bound) -> listener.on(new RunEvent.ModelShutsDown(
                runId, at, List.copyOf(bound), notice.model(), notice.day(), notice.daysLeft())));
    }
}
