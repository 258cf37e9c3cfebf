// SPDX-License-Identifier: Apache-2.0
package com.example.inbox;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import java.util.List;

/** With a planted bug: each run keeps its own limit, so ten of them may spend ten times what the day allows. */
public final class ThriftlessInbox implements Inbox {
    private final Coordinator coordinator;

    public ThriftlessInbox(Coordinator coordinator, BudgetGuard day) {
        this.coordinator = coordinator;
    }

    @Override
    public RunResult<Digest> read(List<Ticket> tickets) throws InterruptedException {
        BudgetGuard fresh = Budget.usd("0.05").open(); // should be the day's
        return new CarefulInbox(coordinator, fresh).read(tickets);
    }
}
