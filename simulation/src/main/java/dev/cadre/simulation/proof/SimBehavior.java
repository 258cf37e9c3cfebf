// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.Tier;
import dev.cadre.pool.CostCalculator;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.PoolLimits;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunCommand;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The models of a simulated world: their prices and limits, and how they behave. Carries no compatibility promise. */
public interface SimBehavior {
    /**
     * What a call weighs before it is made.
     *
     * @param need its worst case in money
     * @param tokenEstimate what the rates are charged with
     */
    record Load(Money need, long tokenEstimate) {}

    /**
     * How a planner writes.
     *
     * @param subtasksPerCall how many subtasks fit under the cap of one call
     * @param piecesPerCall in how many pieces they arrive, the last one with the reply
     */
    record Writing(int subtasksPerCall, int piecesPerCall) {}

    /** How plain code ends, and after what time. */
    record CodeEnd(long nanos, boolean fails) {}

    ModelPool pool(Tier tier);

    /** The pool of another provider, which types name; empty if none does. */
    default Optional<ModelPool> elsewhere() {
        return Optional.empty();
    }

    /** The limits that a pool is given. */
    PoolLimits configured(Tier tier);

    Limits limits();

    Money worstCase(SubtaskType<?, ?> type, @Nullable Object input, Tier tier);

    Load load(ModelRequest request, CallPurpose purpose, CostCalculator costs);

    /** What becomes of an attempt, or empty if the provider decides. */
    Optional<SimFate> fate(ModelRequest request, CallPurpose purpose, int attempt, RateLimits told);

    Writing writing();

    /** How plain code ends, or empty if its world decides. */
    Optional<CodeEnd> code(RunCommand.StartRung start);

    /** How long the tools of a turn take, all of which succeed; empty if their world decides. */
    OptionalLong toolNanos(RunCommand.StartRung start, int turn);
}
