// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Ledger;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A machine, a clock that only the test moves, and a budget whose answers the test sets. */
final class PoolRig {
    static final long NEVER = Duration.ofDays(1).toNanos();
    /** Retries without delay, so that only what a test is about makes anybody wait. */
    static final RetryPolicy AT_ONCE = RetryPolicy.standard().withDelays(Duration.ZERO, Duration.ZERO);

    static final Admission.Granted GRANTED =
            (Admission.Granted) Ledger.of(Money.usd("1")).reserve(Money.ZERO);
    static final Admission.Contended CONTENDED =
            new Admission.Contended(Money.usd("1"), noMoney().state());
    static final Admission.Exhausted EXHAUSTED =
            new Admission.Exhausted(Money.usd("1"), noMoney().state());

    private static Ledger noMoney() {
        return Ledger.of(Money.ZERO);
    }

    final PoolMachine machine;
    final Map<Long, Admission> answers = new HashMap<>();
    final List<Long> asked = new ArrayList<>();
    long now;

    PoolRig(PoolLimits limits) {
        this(limits, AT_ONCE);
    }

    PoolRig(PoolLimits limits, RetryPolicy policy) {
        machine = new PoolMachine(limits, policy, this::reserve, new SplittableRandom(1), now);
    }

    private Admission reserve(long ticket) {
        asked.add(ticket);
        return answers.getOrDefault(ticket, GRANTED);
    }

    static PoolLimits parallel(int maxParallel) {
        return PoolLimits.STANDARD.withMaxParallel(maxParallel);
    }

    List<PoolCommand> on(PoolEvent event) {
        return machine.on(event, now);
    }

    List<PoolCommand> ask(long ticket, String run) {
        return ask(ticket, run, CallPurpose.Kind.WORK, 0);
    }

    List<PoolCommand> ask(long ticket, String run, CallPurpose.Kind kind, int order) {
        return on(new PoolEvent.Submitted(ticket, run, kind, order, 0, NEVER));
    }

    List<PoolCommand> askTokens(long ticket, long estimate) {
        return on(new PoolEvent.Submitted(ticket, "run", CallPurpose.Kind.WORK, 0, estimate, NEVER));
    }

    List<PoolCommand> askUntil(long ticket, Duration deadline) {
        return on(new PoolEvent.Submitted(ticket, "run", CallPurpose.Kind.WORK, 0, 0, deadline.toNanos()));
    }

    List<PoolCommand> replied(long ticket) {
        return replied(ticket, -1);
    }

    List<PoolCommand> replied(long ticket, long tokens) {
        return on(new PoolEvent.Replied(ticket, tokens, RateLimits.UNKNOWN));
    }

    List<PoolCommand> failed(long ticket, ModelException failure) {
        return on(new PoolEvent.Failed(ticket, failure, PoolEvent.RetryScope.SAME_TIER));
    }

    List<PoolCommand> at(Duration time) {
        now = time.toNanos();
        return on(new PoolEvent.Tick());
    }

    /** The command that admits a call with {@link #GRANTED} money. */
    static PoolCommand admit(long ticket) {
        return new PoolCommand.Admit(ticket, GRANTED.reservation());
    }

    /** The tickets admitted by these commands, in order. */
    static List<Long> admitted(List<PoolCommand> commands) {
        return commands.stream()
                .filter(PoolCommand.Admit.class::isInstance)
                .map(command -> ((PoolCommand.Admit) command).ticket())
                .toList();
    }

    static RateLimits tokensLeft(long perMinute, long remaining, Duration reset) {
        return new RateLimits(RateLimits.Window.UNKNOWN, new RateLimits.Window(perMinute, remaining, reset));
    }

    static ModelException rateLimited() {
        return new ModelException.RateLimited("429", null, RateLimits.UNKNOWN);
    }

    static ModelException rateLimited(Duration retryAfter) {
        return new ModelException.RateLimited("429", retryAfter, RateLimits.UNKNOWN);
    }

    static ModelException failed(int status, ModelException.Charge charge) {
        return failed(status, charge, null);
    }

    static ModelException failed(int status, ModelException.Charge charge, @Nullable Duration retryAfter) {
        return new ModelException.ServerFailed("status " + status, status, charge, retryAfter);
    }
}
