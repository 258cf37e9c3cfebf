// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.event.RunEvent;
import dev.cadre.price.Spend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is known of one item of a bulk run besides its outcome: its cost, and what there is to note. Belongs to a workflow. */
final class ItemLog {
    /** Of an item of which nothing was done. */
    static final ItemLog NOTHING = new ItemLog();

    private static final int MOST_NOTES = 20;

    private final List<String> replies = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> abandoned = new ArrayList<>();
    private Spend spend = Spend.NONE;

    /** What its rungs cost. */
    Spend spend() {
        return spend;
    }

    /**
     * Takes the report of a rung.
     *
     * @return its events, of which the listeners were told where it was performed
     */
    List<RunEvent> add(Wire.Performed report, String runId, Duration at, String key) {
        var events = new ArrayList<RunEvent>();
        for (Wire.Call call : report.calls()) {
            events.add(Events.event(runId, at, call));
            spend = spend.plus(Payments.spend(call.paid()));
            note(replies, call.notes());
        }
        if (report.byCode() != null) {
            Spend own = Payments.spend(report.byCode());
            events.add(new RunEvent.CodeSpent(runId, at, key, own));
            spend = spend.plus(own);
        }
        note(notes, report.notes());
        if (!report.abandoned().isEmpty()) {
            note(abandoned, List.of(report.abandoned()));
        }
        return events;
    }

    /** A rung was lost. */
    void lost(Spend forfeited, String note) {
        spend = spend.plus(forfeited);
        note(notes, List.of(note));
    }

    private static void note(List<String> lines, List<String> more) {
        more.stream().limit(MOST_NOTES - lines.size()).forEach(lines::add);
    }

    /** The item as it travels. */
    BulkWire.End end(long index, String key, Wire.Result result) {
        return new BulkWire.End(
                index,
                key,
                result,
                Payments.of(spend),
                List.copyOf(replies),
                List.copyOf(notes),
                List.copyOf(abandoned));
    }
}
