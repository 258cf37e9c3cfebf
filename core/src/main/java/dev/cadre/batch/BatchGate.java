// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.budget.Admission;
import dev.cadre.model.ModelException;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.price.Money;
import java.util.Optional;

/**
 * The budget and the pool, as far as a {@link BatchMachine} asks them while it decides. The verdicts are part of what its
 * commands follow from.
 */
public interface BatchGate {
    /**
     * Reserves the worst case of one request.
     *
     * @throws dev.cadre.budget.BudgetClosedException if the budget takes no reservations any more
     */
    Admission reserve(Money worstCase);

    /** The cost of a request by its bill; empty if the bill says nothing that can be true. */
    Optional<AttemptEvent.Bill> price(ModelException.Billed billed, Money reserved);

    /** Why the pool takes no calls any more; empty if it does. */
    Optional<ModelException> stoppedBy();
}
