// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The sums of one session of a run, in constant memory: what was booked, which tools threw, what clients noted, which
 * terms a provider broke, and what was left behind, the first {@value #MOST_NAMED} of each. Belongs to the run's own thread.
 */
public final class RunTally implements RunListener {
    static final int MOST_NAMED = 1_000;

    private final List<BillingBreach> breaches = new ArrayList<>();
    private final Set<String> abandoned = new LinkedHashSet<>();
    private final ToolFailures toolFailures = new ToolFailures();
    /** How many replies had each note. */
    private final Map<String, Long> replyNotes = new LinkedHashMap<>();

    private Spend booked = Spend.NONE;

    @Override
    public void on(RunEvent event) {
        switch (event) {
            case RunEvent.AttemptEnded attempt -> {
                booked = booked.plus(attempt.spend());
                if (attempt.end() instanceof RunEvent.CallEnd.Replied replied) {
                    replied.notes().forEach(this::count);
                }
            }
            case RunEvent.CodeSpent code -> booked = booked.plus(code.spend());
            case RunEvent.BudgetBreached breached -> {
                if (breaches.size() < MOST_NAMED) {
                    breaches.add(breached.breach());
                }
            }
            case RunEvent.WorkAbandoned work -> {
                if (abandoned.size() < MOST_NAMED) {
                    abandoned.add(work.thread());
                }
            }
            case RunEvent.ToolFailed failed -> toolFailures.add(failed);
            case RunEvent.Nested nested -> onNested(nested.event());
            default -> {}
        }
    }

    /** What breaks terms or stays behind does so for the whole process; the money is in what code spent. */
    private void onNested(RunEvent event) {
        switch (event) {
            case RunEvent.BudgetBreached breached -> on(breached);
            case RunEvent.WorkAbandoned work -> on(work);
            case RunEvent.Nested deeper -> onNested(deeper.event());
            default -> {}
        }
    }

    /**
     * What the session spent. The ledger has the last word on money; calls that were left behind count as forfeited.
     *
     * @param before with what the ledger was opened
     */
    public Spend session(LedgerState state, Money before) {
        Money forfeited = state.forfeited().plus(state.outstanding());
        return new Spend(
                state.settled().minus(before),
                forfeited,
                booked.attempts(),
                booked.tokens(),
                booked.estimated() || !forfeited.isZero());
    }

    /** Adds what was booked before this tally was made. */
    public void bookedBefore(Spend earlier) {
        booked = booked.plus(earlier);
    }

    /** What events have told of attempts, tokens and money. */
    public Spend booked() {
        return booked;
    }

    /** Counts a note that a reply had. */
    public void count(String note) {
        if (replyNotes.size() < MOST_NAMED || replyNotes.containsKey(note)) {
            replyNotes.merge(note, 1L, Long::sum);
        }
    }

    /** A line for each tool that threw, and for each note that replies had. */
    public List<String> notes() {
        var notes = new ArrayList<>(toolFailures.lines());
        replyNotes.forEach((note, times) -> notes.add(times == 1 ? note : "%s (%,d replies)".formatted(note, times)));
        return notes;
    }

    public List<BillingBreach> breaches() {
        return List.copyOf(breaches);
    }

    /** The threads that events told of, and then these. */
    public List<String> abandonedWith(List<String> others) {
        var all = new LinkedHashSet<>(abandoned);
        all.addAll(others);
        return List.copyOf(all);
    }
}
