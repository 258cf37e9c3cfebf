// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.RunRecord;
import dev.cadre.run.AttemptEvents;
import dev.cadre.run.RunSettings;
import dev.cadre.worker.CodeThreads;
import java.time.Duration;
import java.util.Optional;

/**
 * The means of a part of a run that an engine drives: nothing is recorded here, because the engine keeps the record.
 *
 * @param guard the money of the run, as far as the part may know of it
 * @param planningMoney the allotment of the part
 * @param planningBefore what the plan has cost before
 * @param deadline until when its calls must be over, from the start of the run
 * @param proposal a plan of this round that was made before
 * @param ear hears what the planner hands over
 */
record EngineMeans(
        Coordinator coordinator,
        String id,
        EngineDrive drive,
        Money limit,
        BudgetGuard guard,
        BudgetGuard planningMoney,
        Spend planningBefore,
        Duration deadline,
        Optional<PlanProposal> proposal,
        Ear ear)
        implements GoalMeans {
    /** Hears what a planner hands over. */
    interface Ear {
        /** Hears nothing. */
        Ear NOTHING = new Ear() {
            @Override
            public void admitted(PlannedSubtask planned) {}

            @Override
            public void proposed(PlanProposal waiting) {}
        };

        void admitted(PlannedSubtask planned);

        void proposed(PlanProposal waiting);
    }

    @Override
    public RunSettings settings() {
        return coordinator.settings();
    }

    @Override
    public int roundsLeft() {
        return 0; // the engine counts them
    }

    @Override
    public Optional<RunRecord> record() {
        return Optional.empty();
    }

    @Override
    public long callDeadline(Duration time) {
        return System.nanoTime() + time.minus(drive.sinceStart()).toNanos();
    }

    @Override
    public AttemptListener attempts() {
        return new AttemptEvents(drive.events());
    }

    @Override
    public AttemptListener attempts(AttemptListener recorder) {
        AttemptListener teller = attempts();
        return attempt -> {
            try {
                recorder.on(attempt);
            } finally {
                teller.on(attempt);
            }
        };
    }

    @Override
    public void admitted(PlannedSubtask planned) {
        ear.admitted(planned);
    }

    @Override
    public void proposed(PlanProposal waiting) {
        ear.proposed(waiting);
    }

    @Override
    public CodeThreads threads() {
        return drive.threads();
    }
}
