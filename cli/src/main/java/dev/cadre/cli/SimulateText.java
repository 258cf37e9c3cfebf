// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.SimulateDocument.Change;
import dev.cadre.cli.SimulateDocument.Ends;
import dev.cadre.cli.SimulateDocument.Figures;
import dev.cadre.cli.SimulateDocument.TierRow;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Prints a simulation for people: time and money, how runs end, what each tier does, and what all that depends on. */
final class SimulateText {
    private static final double PICO = 1e12;

    private final PrintStream out;

    SimulateText(PrintStream out) {
        this.out = out;
    }

    void print(SimulateDocument document) {
        line(
                "Simulated: %,d runs of a plan of %,d subtasks, seed %d. Nothing was called, nothing was spent.",
                document.runs(), document.subtasks(), document.seed());
        line("");
        line("%-14s%10s%10s%10s%10s%10s%10s", "", "min", "p50", "p90", "p95", "p99", "max");
        figures("makespan, s", Objects.requireNonNull(document.makespanMs()), millis -> "%.1f".formatted(millis / 1e3));
        figures("cost, $", Objects.requireNonNull(document.runPicoUsd()), pico -> "%.4f".formatted(pico / PICO));
        line("");
        printEnds(document);
        line("");
        line("%-10s%-14s%10s%10s%12s%8s%9s", "tier", "model", "tokens/s", "calls", "cost, $", "share", "at once");
        long sum = document.tiers().stream().mapToLong(TierRow::picoUsd).sum();
        document.tiers().forEach(tier -> printTier(tier, sum));
        line("");
        line("%-20s%13s%9s%12s%9s", "change in %", "makespan p50", "p95", "cost p50", "p95");
        document.sensitivity().forEach(this::printChange);
        line("");
        line("Assumed: %s", document.assumed().replaceAll("(?<=[.]) (?=[A-Z0-9])", "\n         "));
        line(
                "Prices are the catalogue's. The speeds of nano and mini are the published ones, the flagship's is assumed.");
    }

    private void printEnds(SimulateDocument document) {
        Ends ends = Objects.requireNonNull(document.ends());
        line(
                "runs: %,d complete, %,d partial, %,d failed; subtasks: %.1f %% succeeded, %.1f %% right; wasted: $%.4f a run",
                ends.complete(),
                ends.partial(),
                ends.failed(),
                100 * document.succeeded(),
                100 * document.right(),
                document.wastedPicoUsd() / PICO);
    }

    private void printTier(TierRow tier, long sum) {
        line(
                "%-10s%-14s%10.0f%10.1f%12.4f%7.0f%%%9d",
                tier.tier(),
                tier.model(),
                tier.tokensPerSecond(),
                tier.attempts(),
                tier.picoUsd() / PICO,
                sum == 0 ? 0 : 100.0 * tier.picoUsd() / sum,
                tier.peakInFlight());
    }

    private void printChange(Change change) {
        line(
                "%-20s%+13.1f%+9.1f%+12.1f%+9.1f",
                "%s %+d %%".formatted(change.parameter().replace('_', ' '), change.percent() - 100),
                change.makespanP50(),
                change.makespanP95(),
                change.costP50(),
                change.costP95());
    }

    private void figures(String name, Figures of, LongFunction<String> shown) {
        String cells = LongStream.of(of.min(), of.p50(), of.p90(), of.p95(), of.p99(), of.max())
                .mapToObj(shown)
                .map("%10s"::formatted)
                .collect(Collectors.joining());
        line("%-14s%s", name, cells);
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be a dependency of this module
    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values).stripTrailing());
    }
}
