// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import dev.cadre.budget.Budget;
import dev.cadre.model.ModelException;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server about fifteen small questions and says what works, what the client had to adapt, and what to set. Each
 * {@link Check} is one of the things on which runs rest.
 *
 * <p>All calls go through the pool, so none is sent that the budget cannot pay for in the worst case: on a model at nano's
 * price all of them cost less than a cent. Give the pool {@link dev.cadre.pool.RetryPolicy#none()}, else a retry hides a fault.
 * Safe for use by many threads. A model may fail a check by its own weakness; the message says what it answered. A server
 * that asks to wait is asked again when the time has passed, and an answer of a model that thinks first, cut at 300 tokens, is
 * asked for with 4,000.
 */
public final class ServerProbe {
    private final ModelPool pool;
    private final Duration timeout;

    private ServerProbe(ModelPool pool, Duration timeout) {
        this.pool = pool;
        this.timeout = timeout;
    }

    /**
     * The result of a probe.
     *
     * @param findings a finding for each check, in their order
     * @param spent the money that was booked; calls whose cost is unknown are in it at their worst case
     * @param failure the first failure if no call was answered, else null
     */
    public record Result(
            List<Finding> findings, Money spent, @Nullable ModelException failure) {
        public Result {
            findings = List.copyOf(findings);
        }

        /** Why the server answered no call; empty if it answered one, or none could be made. */
        public Optional<ModelException> outage() {
            return Optional.ofNullable(failure);
        }
    }

    /**
     * A probe of the server and model behind a pool.
     *
     * @param timeout the most time for one call
     */
    public static ServerProbe of(ModelPool pool, Duration timeout) {
        return new ServerProbe(pool, timeout);
    }

    /**
     * Makes all checks, one after the other. If the first three calls fail alike, no other is made, and the checks that are
     * left are {@link Finding.Verdict#NOT_TRIED}. Blocks; spends money, at most the budget.
     *
     * @throws InterruptedException if the thread was interrupted; a call in flight may be billed
     */
    public Result run(Budget budget) throws InterruptedException {
        return run(budget, Arrays.asList(Check.values()), finding -> {});
    }

    /**
     * The same for some checks; {@link Check#LIMITS} knows only what the checks before it have seen.
     *
     * @param heard receives each finding as soon as it is made, on the calling thread
     */
    public Result run(Budget budget, List<Check> checks, Consumer<Finding> heard) throws InterruptedException {
        var findings = new ArrayList<Finding>();
        try (var calls = new ProbeCalls(pool, budget, timeout)) {
            var run = new ProbeRun(calls);
            for (Check check : checks) {
                Finding finding = run.make(check);
                findings.add(finding);
                heard.accept(finding);
            }
            return new Result(findings, calls.spent(), run.outage());
        }
    }
}
