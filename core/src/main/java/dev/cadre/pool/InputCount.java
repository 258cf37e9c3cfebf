// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.CallContext;
import dev.cadre.model.InputCounter;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.redact.FaultLog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The number of input tokens to reserve for: the provider's count if it is configured and succeeds, otherwise the
 * bound.
 *
 * @param counter the provider's counter; null if it is not used
 * @param faults the log for exceptions of the counter's own code
 */
record InputCount(CostCalculator costs, @Nullable InputCounter counter, FaultLog faults) {
    private static final Logger LOG = LoggerFactory.getLogger(InputCount.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    boolean isCounting() {
        return counter != null;
    }

    long of(ModelRequest request, CallTerms terms) throws InterruptedException {
        long left = terms.deadlineNanos() - System.nanoTime();
        if (counter == null || left <= 0) {
            return costs.inputBound(request);
        }
        var context = CallContext.of(terms.purpose(), Duration.ofNanos(Math.min(left, TIMEOUT.toNanos())));
        try {
            long counted = counter.count(request, context);
            return counted < 0 || counted > CostCalculator.MOST_BYTES ? costs.inputBound(request) : counted;
        } catch (InterruptedException interrupt) {
            throw interrupt;
        } catch (ModelException uncounted) {
            LOG.debug("{} did not count an input, its bound is reserved: {}", request.model(), uncounted.getMessage());
            return costs.inputBound(request);
        } catch (Throwable broken) { // any exception of a broken counter: the bound is always known
            faults.warn("counter of model '%s'".formatted(request.model()), broken);
            return costs.inputBound(request);
        }
    }
}
