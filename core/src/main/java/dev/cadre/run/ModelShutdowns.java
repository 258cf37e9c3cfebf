// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.ShutdownNotice;
import dev.cadre.task.SubtaskType;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The announced shutdowns of the models that a run may use. */
public final class ModelShutdowns {
    private final ModelPools pools;
    private final Set<Tier> tiers;

    /** Of every model that is bound. */
    public static ModelShutdowns of(ModelPools pools) {
        return new ModelShutdowns(pools, EnumSet.allOf(Tier.class));
    }

    /** Of the models that these types may run on. */
    public static ModelShutdowns of(ModelPools pools, List<? extends SubtaskType<?, ?>> types) {
        var tiers = EnumSet.noneOf(Tier.class);
        for (SubtaskType<?, ?> type : types) {
            for (Tier tier : Tier.values()) {
                if (type.isModelWork() && type.tiers().include(tier)) {
                    tiers.add(tier);
                }
            }
        }
        return new ModelShutdowns(pools, tiers);
    }

    private ModelShutdowns(ModelPools pools, Set<Tier> used) {
        this.pools = pools;
        this.tiers = new LinkedHashSet<>(pools.tiers());
        this.tiers.retainAll(used);
    }

    /** Throws {@link dev.cadre.price.ModelShutDownException} if one of the models is gone. */
    public void requireNone() {
        tiers.forEach(tier -> pools.pool(tier).requireInService());
    }

    /** Reports each model that will soon be shut down, once. */
    public void tell(String runId, Duration at, RunListener listener) {
        Map<ShutdownNotice, Set<Tier>> near = new LinkedHashMap<>();
        for (Tier tier : tiers) {
            pools.pool(tier)
                    .shutdownNotice()
                    .ifPresent(notice -> near.computeIfAbsent(notice, first -> new LinkedHashSet<>())
                            .add(tier));
        }
        near.forEach((notice, bound) -> listener.on(new RunEvent.ModelShutsDown(
                runId, at, List.copyOf(bound), notice.model(), notice.day(), notice.daysLeft())));
    }
}
