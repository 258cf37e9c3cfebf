// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.ModelException;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.pool.CallRefusedException.Reason;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Money;
import dev.cadre.price.UnpricedException;
import dev.cadre.probe.Finding.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Asks a server about fifteen small questions and says what works, what the client had to adapt, and what to set. Each
 * {@link Check} is one of the things on which runs rest.
 *
 * <p>All calls go through the pool, so none is sent that the budget cannot pay for in the worst case: on a model at nano's
 * price all of them cost less than a cent. Give the pool {@link dev.cadre.pool.RetryPolicy#none()}, else a retry hides a fault.
 * Safe for use by many threads. A model may fail a check by its own weakness; the message says what it answered.
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
     */
    public record Result(List<Finding> findings, Money spent) {
        public Result {
            findings = List.copyOf(findings);
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
     * Makes all checks, one after the other. Blocks; spends money, at most the budget.
     *
     * @throws InterruptedException if the thread was interrupted; a call in flight may be billed
     */
    public Result run(Budget budget) throws InterruptedException {
        return run(budget, Arrays.asList(Check.values()));
    }

    /** The same for some checks; {@link Check#LIMITS} knows only what the checks before it have seen. */
    public Result run(Budget budget, List<Check> checks) throws InterruptedException {
        var findings = new ArrayList<Finding>();
        try (BudgetGuard guard = budget.open()) {
            var calls = new ProbeCalls(pool, guard, timeout);
            for (Check check : checks) {
                findings.add(finding(check, calls).noting(calls.takeNotes()));
            }
            return new Result(findings, guard.state().spent());
        }
    }

    private static Finding finding(Check check, ProbeCalls calls) throws InterruptedException {
        var asked = new ProbeQuestions(calls);
        try {
            return switch (check) {
                case TEXT -> asked.text();
                case USAGE -> asked.usage();
                case PRICE -> asked.price();
                case CAP -> asked.cap();
                case SCHEMA -> asked.schema();
                case TOOLS -> asked.tools();
                case STREAM -> asked.stream();
                case AFTER_STREAM -> asked.afterStream();
                case CANCEL -> asked.cancel();
                case LONG_INPUT -> asked.longInput();
                case REFUSAL -> asked.refusal();
                case LIMITS -> asked.limits();
            };
        } catch (CallRefusedException refused) {
            return new Finding(check, Verdict.NOT_TRIED, why(refused.reason()), List.of());
        } catch (UnpricedException unpriced) {
            return new Finding(check, Verdict.NOT_TRIED, String.valueOf(unpriced.getMessage()), List.of());
        } catch (ModelException failure) {
            String message = failure.getClass().getSimpleName() + ": " + failure.getMessage();
            return new Finding(check, Verdict.FAILED, message, List.of());
        }
    }

    private static String why(Reason reason) {
        return switch (reason) {
            case Reason.BudgetExhausted(Admission.Exhausted admission) ->
                admission.budget().breached()
                        ? "a reply above its cap stopped the budget"
                        : "it may cost %s, and %s are left"
                                .formatted(admission.need(), admission.budget().free());
            case Reason.DeadlinePassed late -> "there is no time left";
            case Reason.PoolPaused(Instant until, ModelException because) ->
                "the server asked to wait: " + because.getMessage();
            case Reason.PoolStopped(ModelException failure) ->
                "no call is sent after this failure: " + failure.getMessage();
        };
    }
}
