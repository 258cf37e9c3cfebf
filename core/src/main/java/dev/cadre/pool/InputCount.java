// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.CallContext;
import dev.cadre.model.FaultLog;
import dev.cadre.model.InputCounter;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many input tokens are reserved for: what the provider counts, if it is to be asked and answers; otherwise the bound.
 *
 * @param counter null if nobody is asked
 * @param faults where it is logged what the counter's own code throws
 */
record InputCount(CostCalculator costs, @Nullable InputCounter counter, FaultLog faults) {
    private static final Logger LOG = LoggerFactory.getLogger(InputCount.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

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
        } catch (Throwable broken) { // whatever a counter is made of: the bound is always there
            faults.warn("counter of model '%s'".formatted(request.model()), broken);
            return costs.inputBound(request);
        }
    }
}
