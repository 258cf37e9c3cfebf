// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.model.Tier;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one kind of work is assumed to take, for a {@link CrewSimulation}: tokens, time, failures, and how often a tier
 * answers right. Immutable; every method but the accessors returns a changed copy.
 */
public final class WorkProfile {
    /**
     * 1,000 tokens in and 400 out in the median (log-normal, sigma 0.5), at the speed of the tier's model; nothing
     * fails, and every answer is right.
     */
    public static final WorkProfile STANDARD = new WorkProfile(new Figures());

    /** Whether the tiers err on the same subtasks. */
    public enum Errors {
        /** A subtask is as hard for one tier as for the other: what the better tier gets wrong, the worse one does. */
        SHARED,
        /** Each tier errs by chance of its own. */
        INDEPENDENT
    }

    private static final class Figures {
        private Spread inputTokens = Spread.logNormal(1_000, 0.5);
        private Spread outputTokens = Spread.logNormal(400, 0.5);
        private @Nullable Spread seconds;
        private @Nullable Integer items;
        private int toolRounds;
        private Spread toolSeconds = Spread.fixed(0);
        private double failing;
        private double losing;
        private double malformed;
        private double refusing;
        private final Map<Tier, Double> right = new EnumMap<>(Tier.class);
        private double recall = 1;
        private double falseAlarm;
        private Errors errors = Errors.SHARED;

        private Figures copy() {
            var copy = new Figures();
            copy.inputTokens = inputTokens;
            copy.outputTokens = outputTokens;
            copy.seconds = seconds;
            copy.items = items;
            copy.toolRounds = toolRounds;
            copy.toolSeconds = toolSeconds;
            copy.failing = failing;
            copy.losing = losing;
            copy.malformed = malformed;
            copy.refusing = refusing;
            copy.right.putAll(right);
            copy.recall = recall;
            copy.falseAlarm = falseAlarm;
            copy.errors = errors;
            return copy;
        }
    }

    private final Figures figures;

    private WorkProfile(Figures figures) {
        this.figures = figures;
    }

    /** The tokens that a call reads; the same for all calls of one subtask. */
    public WorkProfile inputTokens(Spread tokens) {
        return with(copy -> copy.inputTokens = tokens);
    }

    /** The tokens that an answer needs; one that needs more than the type's cap is truncated, as in a real run. */
    public WorkProfile outputTokens(Spread tokens) {
        return with(copy -> copy.outputTokens = tokens);
    }

    /** The time of a call, or of plain code; default: the first-token time and the output tokens at the tier's speed. */
    public WorkProfile seconds(Spread seconds) {
        return with(copy -> copy.seconds = seconds);
    }

    /** How many items a fan-out has whose list is made from another subtask's output. */
    public WorkProfile items(int items) {
        if (items < 0) {
            throw new IllegalArgumentException("items must not be negative: " + items);
        }
        return with(copy -> copy.items = items);
    }

    /**
     * How often the model asks for a tool before it answers; default never. Each round is a call like the last one.
     *
     * @param rounds of a type without tools it must be 0
     * @param seconds how long the tools of one round take
     */
    public WorkProfile toolRounds(int rounds, Spread seconds) {
        if (rounds < 0) {
            throw new IllegalArgumentException("rounds must not be negative: " + rounds);
        }
        return with(copy -> {
            copy.toolRounds = rounds;
            copy.toolSeconds = seconds;
        });
    }

    /** How likely an attempt, or plain code, fails; a failed attempt costs nothing and is retried. Default 0. */
    public WorkProfile failing(double probability) {
        return with(copy -> copy.failing = probability(probability));
    }

    /** How likely a reply is billed and lost on its way: its reservation is forfeited, and it is retried. Default 0. */
    public WorkProfile losing(double probability) {
        return with(copy -> copy.losing = probability(probability));
    }

    /** How likely an answer does not fit its type at first and is repaired by one more call. Default 0. */
    public WorkProfile malformed(double probability) {
        return with(copy -> copy.malformed = probability(probability));
    }

    /** How likely a subtask is refused, on whatever tier, and so fails. Default 0. */
    public WorkProfile refusing(double probability) {
        return with(copy -> copy.refusing = probability(probability));
    }

    /** How likely an answer of this tier is right. Default 1. */
    public WorkProfile right(Tier tier, double probability) {
        return with(copy -> copy.right.put(tier, probability(probability)));
    }

    /**
     * What stands for the type's {@code accept} rules: which answers are not accepted, and so escalated or failed.
     * Default: every wrong one and no right one.
     *
     * @param recall how likely a wrong answer is caught
     * @param falseAlarm how likely a right answer is taken for a wrong one
     */
    public WorkProfile verifier(double recall, double falseAlarm) {
        return with(copy -> {
            copy.recall = probability(recall);
            copy.falseAlarm = probability(falseAlarm);
        });
    }

    /** Whether the tiers err on the same subtasks; default {@link Errors#SHARED}. */
    public WorkProfile errors(Errors errors) {
        return with(copy -> copy.errors = errors);
    }

    private WorkProfile with(Consumer<Figures> change) {
        Figures copy = figures.copy();
        change.accept(copy);
        return new WorkProfile(copy);
    }

    private static double probability(double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("a probability must be from 0 to 1, not " + value);
        }
        return value;
    }

    public Spread inputTokens() {
        return figures.inputTokens;
    }

    public Spread outputTokens() {
        return figures.outputTokens;
    }

    /** Empty if it follows from the tokens. */
    public Optional<Spread> seconds() {
        return Optional.ofNullable(figures.seconds);
    }

    Optional<Integer> items() {
        return Optional.ofNullable(figures.items);
    }

    int toolRounds() {
        return figures.toolRounds;
    }

    Spread toolSeconds() {
        return figures.toolSeconds;
    }

    double failing() {
        return figures.failing;
    }

    double losing() {
        return figures.losing;
    }

    double malformed() {
        return figures.malformed;
    }

    double refusing() {
        return figures.refusing;
    }

    double right(Tier tier) {
        return figures.right.getOrDefault(tier, 1.0);
    }

    double recall() {
        return figures.recall;
    }

    double falseAlarm() {
        return figures.falseAlarm;
    }

    Errors errors() {
        return figures.errors;
    }
}
