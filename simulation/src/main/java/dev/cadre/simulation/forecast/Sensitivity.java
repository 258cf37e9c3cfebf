// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.price.Money;
import java.time.Duration;

/**
 * By how much a forecast changes when one assumption does, and all dice stay the same.
 *
 * @param parameter what was changed
 * @param percent what was left of it: 50 or 150
 * @param makespanP50 the change of the median makespan in percent: 10 is a tenth more
 * @param makespanP95 the same of its 95th percentile
 * @param costP50 the same of the median cost
 * @param costP95 the same of its 95th percentile
 */
public record Sensitivity(
        CrewSimulation.Parameter parameter,
        int percent,
        double makespanP50,
        double makespanP95,
        double costP50,
        double costP95) {

    static Sensitivity of(CrewSimulation.Parameter parameter, int percent, CrewForecast before, CrewForecast after) {
        return new Sensitivity(
                parameter,
                percent,
                change(before.makespan().p50(), after.makespan().p50()),
                change(before.makespan().p95(), after.makespan().p95()),
                change(before.cost().p50(), after.cost().p50()),
                change(before.cost().p95(), after.cost().p95()));
    }

    private static double change(Duration before, Duration after) {
        return change(before.toNanos(), after.toNanos());
    }

    private static double change(Money before, Money after) {
        return change(before.picoUsd(), after.picoUsd());
    }

    /** Of nothing there is no hundredth: then it is none. */
    private static double change(long before, long after) {
        return before == 0 ? 0 : 100.0 * (after - before) / before;
    }
}
