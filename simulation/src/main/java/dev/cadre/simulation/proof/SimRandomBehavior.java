// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.Tier;
import dev.cadre.pool.CostCalculator;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.PoolLimits;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The models of a world that is drawn from its seed: prices of the standard catalogue, and all that can go wrong. */
record SimRandomBehavior(SimSettings settings) implements SimBehavior {
    private static final Writing HALF_WHILE_IN_FLIGHT = new Writing(25, 2);

    @Override
    public ModelPool pool(Tier tier) {
        return SimPrices.pool(tier);
    }

    @Override
    public Optional<ModelPool> elsewhere() {
        return Optional.of(SimPrices.elsewhere());
    }

    @Override
    public PoolLimits configured(Tier tier) {
        return settings.rates().configured();
    }

    @Override
    public Limits limits() {
        return SimPrices.LIMITS;
    }

    @Override
    public Money worstCase(SubtaskType<?, ?> type, @Nullable Object input, Tier tier) {
        return SimPrices.worstCase(type, input, tier);
    }

    @Override
    public Load load(ModelRequest request, CallPurpose purpose, CostCalculator costs) {
        return new Load(costs.worstCase(request), CostCalculator.tokenEstimate(request));
    }

    @Override
    public Optional<SimFate> fate(ModelRequest request, CallPurpose purpose, int attempt, RateLimits told) {
        return Optional.empty();
    }

    @Override
    public Writing writing() {
        return HALF_WHILE_IN_FLIGHT;
    }

    @Override
    public Optional<CodeEnd> code(RunCommand.StartRung start) {
        return Optional.empty();
    }

    @Override
    public OptionalLong toolNanos(RunCommand.StartRung start, int turn) {
        return OptionalLong.empty();
    }
}
