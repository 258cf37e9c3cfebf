// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.simulation.SampleCrew;
import dev.cadre.price.Money;
import dev.cadre.simulation.forecast.CrewForecast;
import dev.cadre.simulation.forecast.ModelSpeed;
import dev.cadre.simulation.forecast.Percentiles;
import dev.cadre.simulation.forecast.Sensitivity;
import dev.cadre.task.RunStatus;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The JSON document of a simulation, as it is printed. The order of the components is that of the document.
 *
 * @param cost what the command itself spent: nothing
 * @param succeeded the share of subtasks that did
 * @param right the share of subtasks whose accepted answer is right
 */
record SimulateDocument(
        int schema,
        String status,
        String mode,
        int subtasks,
        int runs,
        long seed,
        @Nullable Figures makespanMs,
        @Nullable Figures runPicoUsd,
        @Nullable Ends ends,
        List<TierRow> tiers,
        long wastedPicoUsd,
        double succeeded,
        double right,
        List<Change> sensitivity,
        String assumed,
        Cost cost,
        @Nullable Problem error) {
    private static final String MODE = "simulation";
    private static final int SCHEMA = 1;

    /** A figure of a run over all runs. */
    record Figures(long min, long p50, long p90, long p95, long p99, long max) {
        static <T extends Comparable<? super T>> Figures of(Percentiles<T> of, ToLongFunction<T> number) {
            return new Figures(
                    number.applyAsLong(of.min()),
                    number.applyAsLong(of.p50()),
                    number.applyAsLong(of.p90()),
                    number.applyAsLong(of.p95()),
                    number.applyAsLong(of.p99()),
                    number.applyAsLong(of.max()));
        }
    }

    /** How many runs ended so. */
    record Ends(int complete, int partial, int failed) {}

    /** What a tier did in a run, in the mean. */
    record TierRow(
            String tier, String model, double tokensPerSecond, double attempts, long picoUsd, int peakInFlight) {}

    /** By how much, in percent, figures change when so much is left of an assumption. */
    record Change(
            String parameter, int percent, double makespanP50, double makespanP95, double costP50, double costP95) {}

    static SimulateDocument of(CrewForecast forecast, List<Sensitivity> sensitivity) {
        return new SimulateDocument(
                SCHEMA,
                SearchDocument.COMPLETE,
                MODE,
                forecast.subtasks(),
                forecast.runs(),
                forecast.seed(),
                Figures.of(forecast.makespan(), Duration::toMillis),
                Figures.of(forecast.cost(), Money::picoUsd),
                new Ends(
                        forecast.ends().getOrDefault(RunStatus.COMPLETE, 0),
                        forecast.ends().getOrDefault(RunStatus.PARTIAL, 0),
                        forecast.ends().getOrDefault(RunStatus.FAILED, 0)),
                forecast.tiers().reversed().stream().map(SimulateDocument::row).toList(),
                forecast.wasted().picoUsd(),
                rounded(forecast.succeeded(), 4),
                rounded(forecast.right(), 4),
                sensitivity.stream().map(SimulateDocument::change).toList(),
                SampleCrew.ASSUMED,
                Cost.NONE,
                null);
    }

    private static TierRow row(CrewForecast.TierUse use) {
        return new TierRow(
                use.tier().name().toLowerCase(Locale.ROOT),
                use.model(),
                ModelSpeed.standard(use.tier()).tokensPerSecond(),
                rounded(use.attempts(), 2),
                use.cost().picoUsd(),
                use.peakInFlight());
    }

    private static Change change(Sensitivity line) {
        return new Change(
                line.parameter().name().toLowerCase(Locale.ROOT),
                line.percent(),
                rounded(line.makespanP50(), 1),
                rounded(line.makespanP95(), 1),
                rounded(line.costP50(), 1),
                rounded(line.costP95(), 1));
    }

    static double rounded(double value, int digits) {
        double exact =
                new BigDecimal(value).setScale(digits, RoundingMode.HALF_UP).doubleValue();
        return exact == 0 ? 0 : exact; // never -0.0
    }

    static SimulateDocument failed(String kind, String message) {
        return new SimulateDocument(
                SCHEMA,
                SearchDocument.FAILED,
                MODE,
                0,
                0,
                0,
                null,
                null,
                null,
                List.of(),
                0,
                0,
                0,
                List.of(),
                "",
                Cost.NONE,
                new Problem(kind, message));
    }
}
