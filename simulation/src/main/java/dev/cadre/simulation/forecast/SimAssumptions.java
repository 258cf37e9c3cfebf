// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.PoolLimits;
import dev.cadre.price.Price;
import dev.cadre.simulation.forecast.CrewSimulation.Parameter;
import dev.cadre.simulation.proof.SimPrices;
import dev.cadre.task.Limits;
import java.util.EnumMap;
import java.util.Map;

/**
 * The assumptions about the models and the work of a simulated crew. Immutable.
 *
 * @param profiles by subtask type, or by {@code type@TIER}
 * @param pools with the prices and limits of each tier
 * @param planning how the plan is written; not asked for if there is no planner
 * @param variation the one change of a parameter
 */
record SimAssumptions(
        Map<String, WorkProfile> profiles,
        Map<Tier, ModelSpeed> speeds,
        Map<Tier, ModelPool> pools,
        Limits limits,
        Planning planning,
        Variation variation) {

    /**
     * A change of one parameter.
     *
     * @param percent what is left of it: 100 changes nothing
     */
    record Variation(Parameter parameter, int percent) {
        static final Variation NONE = new Variation(Parameter.LATENCY, 100);
    }

    /** In place of a subtask type; none can be named so. */
    static final String PLANNER = "(planner)";

    /** The same. */
    static final String MERGER = "(merger)";

    SimAssumptions {
        profiles = Map.copyOf(profiles);
        speeds = new EnumMap<>(speeds);
        pools = new EnumMap<>(pools);
    }

    static String key(String type, Tier tier) {
        return type + "@" + tier;
    }

    /** The same with one parameter changed. */
    SimAssumptions varying(Parameter parameter, int percent) {
        var changed = new EnumMap<Tier, ModelPool>(Tier.class);
        pools.forEach((tier, pool) -> changed.put(tier, varied(pool, parameter, percent)));
        return new SimAssumptions(profiles, speeds, changed, limits, planning, new Variation(parameter, percent));
    }

    private static ModelPool varied(ModelPool pool, Parameter parameter, int percent) {
        return switch (parameter) {
            case PRICE -> SimPrices.unbound(pool, scaled(pool.spec().price(), percent), pool.limits());
            case PARALLEL ->
                SimPrices.unbound(
                        pool,
                        pool.spec().price(),
                        pool.limits().withMaxParallel(Math.max(1, pool.limits().maxParallel() * percent / 100)));
            case LATENCY, OUTPUT_TOKENS, FAILURES -> pool;
        };
    }

    private static Price scaled(Price price, int percent) {
        return new Price(
                price.input().percent(percent),
                price.output().percent(percent),
                new Price.Cache(
                        price.cache().read().percent(percent),
                        price.cache().write().percent(percent)),
                price.longContext(),
                price.tierPercents(),
                price.surchargePercent());
    }

    /** The factor for figures of this kind. */
    double factor(Parameter parameter) {
        return parameter == variation.parameter() ? variation.percent() / 100.0 : 1;
    }

    WorkProfile profile(String type, Tier tier) {
        return switch (type) {
            case PLANNER -> planning.planner();
            case MERGER -> planning.merger();
            default -> profiles.getOrDefault(key(type, tier), profiles.getOrDefault(type, WorkProfile.STANDARD));
        };
    }

    ModelSpeed speed(Tier tier) {
        return speeds.getOrDefault(tier, ModelSpeed.standard(tier));
    }

    ModelPool pool(Tier tier) {
        return pools.getOrDefault(tier, SimPrices.pool(tier));
    }

    PoolLimits poolLimits(Tier tier) {
        return pool(tier).limits();
    }
}
