// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One model of a provider that tells the truth: it honours its cap, and bills what it wrote even if that never arrives.
 * What it answers follows from the seed and the call, never from the time; only its rates know the time.
 */
final class SimProvider {
    private static final double SECOND = 1e9;
    private static final double NANOS_PER_TOKEN = 8e6;
    private static final long FOREVER = Duration.ofHours(2).toNanos();

    private final long seed;
    private final Tier tier;
    private final ModelSpec spec;
    private final SimSettings settings;
    private final SimRates requests;
    private final SimRates tokens;
    private final SimBehavior behavior;
    private final RandomGenerator schedule;

    SimProvider(
            long seed,
            Tier tier,
            ModelSpec spec,
            SimSettings settings,
            SimBehavior behavior,
            RandomGenerator schedule) {
        this.seed = seed;
        this.tier = tier;
        this.spec = spec;
        this.settings = settings;
        this.behavior = behavior;
        this.schedule = schedule;
        requests = new SimRates(settings.rates().real().requestsPerMinute());
        tokens = new SimRates(settings.rates().real().tokensPerMinute());
    }

    /**
     * Takes in an attempt.
     *
     * @param caller names the call in its world
     * @param attempt 1 for its first attempt
     * @param estimate the tokens that it is expected to use
     * @param now virtual time since the start
     * @param wallError by how much the caller's wall clock is ahead
     */
    SimFate take(ModelRequest request, SimCall.Terms caller, int attempt, long estimate, long now, long wallError) {
        long wait = Math.max(requests.nanosUntil(1, now), tokens.nanosUntil((double) estimate, now));
        requests.take(1, now);
        if (wait > 0) {
            return new SimFate.Fails(rateLimited(wait, now, wallError), Money.ZERO, brief());
        }
        tokens.take((double) estimate, now);
        return behavior.fate(request, caller.purpose(), attempt, told(now)).orElseGet(() -> {
            SimFate.Replies whole = answer(request, SimDice.of(seed, caller.name()), now);
            return spoiled(whole, SimDice.of(seed, caller.name() + "/" + attempt));
        });
    }

    /** Corrects the estimate that a request was charged with. */
    void landed(long estimate, TokenUsage used, long now) {
        tokens.take(used.totalTokens() - (double) estimate, now);
    }

    // --- refusals and losses

    private ModelException rateLimited(long wait, long now, long wallError) {
        return new ModelException.RateLimited("rate limited", retryAfter(wait, wallError), told(now));
    }

    /** Given as a date, it is off by the error of the clock that reads it. */
    private @Nullable Duration retryAfter(long wait, long wallError) {
        return switch (settings.rates().told()) {
            case NOTHING -> null;
            case HEADERS -> Duration.ofNanos(wait);
            case RETRY_AFTER -> Duration.ofNanos(wait - wallError);
        };
    }

    private SimFate spoiled(SimFate.Replies whole, SplittableRandom dice) {
        SimFaults.Transport faults = settings.faults().transport();
        double roll = dice.nextDouble();
        if ((roll -= faults.server()) < 0) {
            return serverFailed(whole, dice);
        }
        if ((roll -= faults.hang()) < 0) {
            return new SimFate.Replies(whole.reply(), dice.nextBoolean() ? whole.billed() : Money.ZERO, FOREVER);
        }
        if ((roll -= faults.lost()) < 0) {
            return lost(whole, dice);
        }
        if ((roll -= faults.malformed()) < 0) {
            return fails(new ModelException.MalformedReply("half a body", null), whole.billed(), whole.nanos());
        }
        if ((roll -= faults.fatal()) < 0) {
            return fails(new ModelException.QuotaExhausted("no quota left"), Money.ZERO, brief());
        }
        if (roll < faults.refused()) {
            return fails(refused(dice), Money.ZERO, brief());
        }
        return whole;
    }

    /** By the provider, or by a firewall before it. */
    private static ModelException refused(SplittableRandom dice) {
        return dice.nextInt(3) == 0
                ? new ModelException.AuthFailed("blocked on the way").suspected()
                : new ModelException.InvalidRequest("not like this", 400);
    }

    private SimFate serverFailed(SimFate.Replies whole, SplittableRandom dice) {
        Duration after = dice.nextInt(4) == 0 ? Duration.ofMillis(dice.nextLong(20_000)) : null;
        return switch (dice.nextInt(4)) {
            case 0 ->
                fails(new ModelException.ServerFailed("overloaded", 503, Charge.FREE, after), Money.ZERO, brief());
            case 1 ->
                fails(
                        new ModelException.ServerFailed("gateway timeout", 504, Charge.UNKNOWN, null),
                        dice.nextBoolean() ? whole.billed() : Money.ZERO,
                        whole.nanos());
            default -> fails(new ModelException.ServerFailed("failed", 500, Charge.FREE, null), Money.ZERO, brief());
        };
    }

    private SimFate lost(SimFate.Replies whole, SplittableRandom dice) {
        boolean sent = dice.nextInt(3) > 0;
        return fails(
                new ModelException.ConnectionFailed(
                        "the connection broke", sent ? Charge.UNKNOWN : Charge.FREE, new IOException("reset")),
                sent && dice.nextBoolean() ? whole.billed() : Money.ZERO,
                sent ? whole.nanos() : brief());
    }

    private static SimFate fails(ModelException failure, Money billed, long nanos) {
        return new SimFate.Fails(failure, billed, nanos);
    }

    // --- answers

    private SimFate.Replies answer(ModelRequest request, SplittableRandom dice, long now) {
        SimAnswer answer = SimAnswer.of(request, tier, settings.faults().answers(), dice);
        TokenUsage used = used(request, answer, dice);
        Money billed = spec.price().cost(used, ServiceTier.STANDARD);
        var reply = new ModelReply(
                spec.id(),
                answer.text(),
                answer.toolCalls(),
                answer.finish(),
                SimDice.chance(dice, settings.faults().answers().usage()) ? unusable(dice) : used,
                ServiceTier.STANDARD,
                told(now),
                "");
        long nanos = SimDice.logNormal(schedule, SECOND / 2 + used.outputTokens() * NANOS_PER_TOKEN, 0.5);
        return new SimFate.Replies(reply, billed, nanos);
    }

    private static TokenUsage used(ModelRequest request, SimAnswer answer, SplittableRandom dice) {
        long bound = request.inputBytes();
        long input = dice.nextInt(10) == 0 ? bound : bound / 5 + dice.nextLong(bound / 10);
        long cached = dice.nextInt(3) == 0 ? dice.nextLong(input) : 0;
        long cap = request.maxOutputTokens();
        boolean whole = dice.nextInt(10) == 0;
        long output = answer.isCut() || whole ? cap : Math.clamp(SimDice.logNormal(dice, 150, 0.8), 1, cap);
        return new TokenUsage(input, cached, 0, output, dice.nextLong(output + 1));
    }

    private static @Nullable TokenUsage unusable(SplittableRandom dice) {
        return switch (dice.nextInt(3)) {
            case 0 -> null;
            case 1 -> TokenUsage.NONE;
            default -> TokenUsage.of(1_000_000_000_000_000L, 9);
        };
    }

    private RateLimits told(long now) {
        return settings.rates().told() == SimSettings.Told.HEADERS
                ? new RateLimits(requests.window(now), tokens.window(now))
                : RateLimits.UNKNOWN;
    }

    private long brief() {
        return SimDice.logNormal(schedule, SECOND / 10, 0.5);
    }
}
