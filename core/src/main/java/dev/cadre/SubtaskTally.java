// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.SubtaskReport.Calls;
import dev.cadre.SubtaskReport.End;
import dev.cadre.SubtaskReport.Part;
import dev.cadre.SubtaskReport.Status;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.run.RunTally;
import dev.cadre.task.Items;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Books what each part of a run took, from its events. Belongs to the run's own thread. */
final class SubtaskTally implements RunListener {
    private static final class Account {
        Spend spend = Spend.NONE;
        Origin origin = Origin.SESSION;
        String model = "";
        final List<Tier> tiers = new ArrayList<>();

        /** How its last rung ended; null if none has. */
        RunEvent.@Nullable RungEnded last;

        @Nullable
        Duration began;

        @Nullable
        Duration ended;

        /** What it took before it began again. */
        Duration before = Duration.ZERO;

        /** That of the fan-out whose item it is; null for a subtask. */
        final @Nullable Account whole;

        Account(@Nullable Account whole) {
            this.whole = whole;
        }

        void began(Duration at) {
            if (began == null) {
                began = at;
            }
            if (whole != null) {
                whole.began(at);
            }
        }

        /** The planner or the merger, in another round. */
        void beganAgain(Duration at) {
            before = took();
            began = at;
            ended = null;
        }

        void ended(Duration at) {
            ended = at;
            if (whole != null) {
                whole.ended(at);
            }
        }

        void spent(Spend more) {
            spend = spend.plus(more);
            if (whole != null) {
                whole.spent(more);
            }
        }

        Duration took() {
            return began == null || ended == null ? before : before.plus(ended.minus(began));
        }
    }

    private final Account planner = new Account(null);
    private final Account merger = new Account(null);
    private final Map<String, Account> subtasks = new LinkedHashMap<>();
    /** The labels of the items of each fan-out that were tried. */
    private final Map<String, List<String>> items = new HashMap<>();

    private final Map<String, RunEvent.SubtaskAdmitted> admitted = new LinkedHashMap<>();
    private final RunTally tally = new RunTally();

    @Override
    public void on(RunEvent event) {
        tally.on(event);
        switch (event) {
            case RunEvent.RunStarted started -> planner.began(started.at());
            case RunEvent.SubtaskAdmitted subtask -> admitted.put(subtask.subtaskId(), subtask);
            case RunEvent.PlanEnded ended -> planner.ended(ended.at());
            case RunEvent.PlanningAgain again -> {
                planner.beganAgain(again.at());
                merger.ended(again.at());
            }
            case RunEvent.RungStarted started -> account(started.subtaskId()).began(started.at());
            case RunEvent.RungEnded ended -> end(account(ended.subtaskId()), ended);
            case RunEvent.AttemptStarted started -> {}
            case RunEvent.AttemptEnded ended -> book(ended);
            case RunEvent.SubtaskEnded ended -> account(ended.subtaskId()).ended(ended.at());
            case RunEvent.Joined joined -> {}
            case RunEvent.MergeStarted started -> merger.beganAgain(started.at());
            case RunEvent.RunEnded ended -> merger.ended(ended.at());
            case RunEvent.ModelShutsDown notice -> {}
            case RunEvent.CeilingLowered lowered -> {}
            case RunEvent.BudgetBreached breached -> {}
            case RunEvent.CodeSpent code -> account(code.subtaskId()).spent(code.spend());
            case RunEvent.CodeRetried retried -> {}
            case RunEvent.ToolFailed failed -> {}
            case RunEvent.WorkAbandoned work -> {}
            case RunEvent.Nested nested -> {}
            case RunEvent.CacheHit hit -> account(hit.subtaskId()).origin = new Origin.Cached(hit.age(), hit.saved());
        }
    }

    private static void end(Account account, RunEvent.RungEnded rung) {
        account.ended(rung.at());
        account.last = rung;
    }

    private Account account(String label) {
        Account known = subtasks.get(label);
        if (known == null) {
            known = opened(label);
            subtasks.put(label, known);
        }
        return known;
    }

    private Account opened(String label) {
        int item = label.indexOf('#');
        if (item < 0) {
            return new Account(null);
        }
        String whole = label.substring(0, item);
        items.computeIfAbsent(whole, unknown -> new ArrayList<>()).add(label);
        return new Account(account(whole));
    }

    private void book(RunEvent.AttemptEnded attempt) {
        Account account = switch (attempt.kind()) {
            case PLAN -> planner;
            case MERGE -> merger;
            case REPAIR, ESCALATION, WORK, CODE -> account(attempt.subtaskId());
        };
        account.spent(attempt.spend());
        if (attempt.kind() == CallPurpose.Kind.CODE) {
            return;
        }
        account.model = attempt.model();
        if (account.tiers.isEmpty() || attempt.tier() != account.tiers.getLast()) {
            account.tiers.add(attempt.tier());
        }
    }

    SubtaskReport planner() {
        return report(new Part("planner", "planner", List.of()), End.OF_THE_RUN, planner, Origin.SESSION);
    }

    SubtaskReport merger() {
        return report(new Part("merger", "merger", List.of()), End.OF_THE_RUN, merger, Origin.SESSION);
    }

    /** The sums of them all. */
    RunTally tally() {
        return tally;
    }

    /**
     * A line for each subtask, in plan order, and after a fan-out one for each of its items; if it failed, of those tried.
     *
     * @param reused the labels of those whose outcome is from the journal
     */
    List<SubtaskReport> subtasks(Map<String, Outcome<?>> outcomes, Set<String> reused) {
        var lines = new ArrayList<SubtaskReport>();
        outcomes.forEach((id, outcome) -> {
            if (outcome instanceof Outcome.Succeeded<?>(Items<?>(var items, var groups))) {
                var ofItems = new ArrayList<SubtaskReport>();
                for (int index = 0; index < items.size(); index++) {
                    String label = id + "#" + index;
                    ofItems.add(line(id, label, items.get(index), origin(label, reused)));
                }
                lines.add(line(id, id, outcome, originOfAll(ofItems)));
                lines.addAll(ofItems);
            } else {
                lines.add(line(id, id, outcome, origin(id, reused)));
                lines.addAll(itemsTried(id));
            }
        });
        return lines;
    }

    private Origin origin(String label, Set<String> reused) {
        return reused.contains(label) ? Origin.JOURNAL : account(label).origin;
    }

    private static Origin originOfAll(List<SubtaskReport> items) {
        Duration oldest = Duration.ZERO;
        Money saved = Money.ZERO;
        boolean isAnyCached = false;
        for (SubtaskReport item : items) {
            switch (item.origin()) {
                case Origin.Session session -> {
                    return Origin.SESSION;
                }
                case Origin.Journaled journaled -> {}
                case Origin.Cached cached -> {
                    isAnyCached = true;
                    oldest = cached.age().compareTo(oldest) > 0 ? cached.age() : oldest;
                    saved = cached.savedBeside(saved);
                }
            }
        }
        return isAnyCached ? new Origin.Cached(oldest, saved) : items.isEmpty() ? Origin.SESSION : Origin.JOURNAL;
    }

    /** Of a fan-out that failed there is no outcome of an item, but what its rungs told. */
    private List<SubtaskReport> itemsTried(String id) {
        return items.getOrDefault(id, List.of()).stream()
                .sorted(Comparator.comparingInt(SubtaskTally::index))
                .map(label -> {
                    Account item = account(label);
                    if (item.origin instanceof Origin.Cached || (item.last != null && item.last.isAccepted())) {
                        return line(id, label, new End(Status.SUCCEEDED, ""), item.origin);
                    }
                    String reason = item.last == null ? "it was left behind" : item.last.result();
                    return line(id, label, new End(Status.FAILED, "failed: " + reason), Origin.SESSION);
                })
                .toList();
    }

    private static int index(String label) {
        return Integer.parseInt(label, label.lastIndexOf('#') + 1, label.length(), 10);
    }

    private SubtaskReport line(String id, String label, Outcome<?> outcome, Origin origin) {
        Status status = switch (outcome) {
            case Outcome.Succeeded<?> succeeded -> Status.SUCCEEDED;
            case Outcome.Failed<?> failed -> Status.FAILED;
            case Outcome.Skipped<?> skipped -> Status.SKIPPED;
        };
        return line(id, label, new End(status, outcome.isSucceeded() ? "" : outcome.reason()), origin);
    }

    private SubtaskReport line(String id, String label, End end, Origin origin) {
        RunEvent.SubtaskAdmitted subtask = admitted.get(id);
        Part part =
                subtask == null ? new Part(label, "", List.of()) : new Part(label, subtask.type(), subtask.dependsOn());
        return report(part, end, account(label), origin);
    }

    private static SubtaskReport report(Part part, End end, Account account, Origin origin) {
        return new SubtaskReport(
                part, end, new Calls(account.tiers, account.model), account.spend, account.took(), origin);
    }
}
