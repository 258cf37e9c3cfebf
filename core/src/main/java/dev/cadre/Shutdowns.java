// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.ShutdownNotice;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks at the calendars of the pools that a run may use. */
final class Shutdowns {
    private final ModelPools pools;
    private final Set<Tier> tiers;

    /** @param used the tiers that the run may call; those that no model is bound to do not matter */
    Shutdowns(ModelPools pools, Set<Tier> used) {
        this.pools = pools;
        this.tiers = new LinkedHashSet<>(pools.tiers());
        this.tiers.retainAll(used);
    }

    /** Throws {@link dev.cadre.price.ModelShutDownException} if one of the models is gone. */
    void requireNone() {
        tiers.forEach(tier -> pools.pool(tier).requireInService());
    }

    /** Reports each model that will soon be shut down, once. */
    void tell(String runId, Duration at, RunListener listener) {
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
