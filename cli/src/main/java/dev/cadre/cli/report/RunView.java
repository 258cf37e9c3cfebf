// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.Role;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.price.Spend;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run as a page shows it: its times and sums, and the places of its parts on the page. */
final class RunView {
    static final String UNFINISHED = "unfinished";
    /** In the order in which they are shown. */
    static final List<String> STATUSES =
            List.of("failed", "skipped", UNFINISHED, End.REPLACED, End.NOT_NEEDED, "succeeded");

    private static final String JOURNAL_SUFFIX = ".journal";

    private final RunHistory run;
    private final Place place;
    private final Timeline time;
    private final List<Span> spans;
    private final List<Span> critical;
    private final Map<String, Spend> ofItems;
    private final IdentityHashMap<SubtaskHistory, Integer> shown = new IdentityHashMap<>();
    private final List<SubtaskHistory> rows;

    /**
     * Where it stands.
     *
     * @param id unique on the page
     * @param level of its heading, 1 or 2
     * @param mostRows how many subtasks are listed
     * @param journal the name of the journal's file
     */
    record Place(String id, int level, int mostRows, String journal) {}

    RunView(RunHistory run, Place place) {
        this.run = run;
        this.place = place;
        time = new Timeline(run);
        spans = Span.of(run, time);
        critical = CriticalPath.of(spans);
        ofItems = run.spendOfItems();
        rows = run.subtasks().stream()
                .sorted(Comparator.comparingInt(this::rank))
                .limit(place.mostRows())
                .toList();
        var positions = new IdentityHashMap<SubtaskHistory, Integer>();
        run.subtasks().forEach(each -> positions.put(each, positions.size()));
        rows.forEach(each -> shown.put(each, positions.getOrDefault(each, 0)));
    }

    RunHistory run() {
        return run;
    }

    Timeline time() {
        return time;
    }

    List<Span> spans() {
        return spans;
    }

    List<Span> critical() {
        return critical;
    }

    /** Those that are listed: failures first, then in plan order. */
    List<SubtaskHistory> rows() {
        return rows;
    }

    /** Whether there is no plan, but only items with keys. */
    boolean isBulk() {
        return !run.subtasks().isEmpty()
                && run.subtasks().stream()
                        .allMatch(each -> each.role() == Role.SUBTASK
                                && each.admitted() == null
                                && each.type().isEmpty());
    }

    String title() {
        if (!isBulk()) {
            return run.subject();
        }
        String file = place.journal();
        return run.subject() + ": "
                + (file.endsWith(JOURNAL_SUFFIX) ? file.substring(0, file.length() - JOURNAL_SUFFIX.length()) : file);
    }

    String journal() {
        return place.journal();
    }

    /** Whether it is a fan-out, which only sums up its items. */
    boolean isWhole(SubtaskHistory subtask) {
        return subtask.end() == null && ofItems.containsKey(subtask.label());
    }

    /** The subtasks without fan-outs that have items on record, and these items. */
    List<SubtaskHistory> units() {
        return run.subtasks().stream()
                .filter(each -> each.role() == Role.SUBTASK && !ofItems.containsKey(each.label()))
                .toList();
    }

    /** With that of its items. */
    Spend spend(SubtaskHistory subtask) {
        return subtask.role() == Role.SUBTASK
                ? subtask.spend().plus(ofItems.getOrDefault(subtask.label(), Spend.NONE))
                : subtask.spend();
    }

    static String status(SubtaskHistory subtask) {
        End end = subtask.end();
        return end == null ? UNFINISHED : end.status();
    }

    /** A fan-out stands in front of its items that succeeded. */
    private int rank(SubtaskHistory subtask) {
        return STATUSES.indexOf(isWhole(subtask) ? "succeeded" : status(subtask));
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** The id of a part. */
    String id(String part) {
        return place.id() + "-" + part;
    }

    /** Of its heading. */
    int level() {
        return place.level();
    }

    void heading(Page page, String part, String title) {
        page.element("h" + (place.level() + 1), title, "id", id(part));
    }

    /** Of a row that is listed. */
    String rowId(SubtaskHistory subtask) {
        return id("s" + shown.get(subtask));
    }

    /** The label; a link where its row is on the page. */
    void label(Page page, SubtaskHistory subtask) {
        if (shown.containsKey(subtask)) {
            page.element("a", subtask.label(), "href", "#" + rowId(subtask));
        } else {
            page.text(subtask.label());
        }
    }
}
