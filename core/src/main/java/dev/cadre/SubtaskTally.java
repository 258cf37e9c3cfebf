// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.SubtaskReport.Calls;
import dev.cadre.SubtaskReport.End;
import dev.cadre.SubtaskReport.Need;
import dev.cadre.SubtaskReport.Nested;
import dev.cadre.SubtaskReport.Part;
import dev.cadre.SubtaskReport.Status;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.run.RunTally;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Books what each part of a run took, from its events. Belongs to the run's own thread. */
final class SubtaskTally implements RunListener {
    private static final class Account {
        Spend spend = Spend.NONE;
        Origin origin = Origin.SESSION;
        String model = "";
        final List<Tier> tiers = new ArrayList<>();

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

        /** It has not ended before. */
        void endedAtLast(Duration at) {
            if (ended == null) {
                ended(at);
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
    private final Map<String, RunEvent.SubtaskAdmitted> admitted = new LinkedHashMap<>();
    /** Those that have their outputs, by id. */
    private final Map<String, RunEvent.Joined> joins = new HashMap<>();
    /** The ids of subtasks, and of items, in whose place others stand. */
    private final Set<String> replaced = new HashSet<>();

    private final RunTally tally = new RunTally();

    @Override
    public void on(RunEvent event) {
        tally.on(event);
        switch (event) {
            case RunEvent.RunStarted started -> {
                if (!started.goal().isEmpty()) { // nobody plans a graph
                    planner.began(started.at());
                }
            }
            case RunEvent.SubtaskAdmitted subtask -> {
                admitted.put(subtask.subtaskId(), subtask);
                replaced.addAll(subtask.replaces());
            }
            case RunEvent.PlanEnded ended -> planner.ended(ended.at());
            case RunEvent.PlanningAgain again -> {
                planner.beganAgain(again.at());
                merger.ended(again.at());
            }
            case RunEvent.RungStarted started -> account(started.subtaskId()).began(started.at());
            case RunEvent.RungEnded ended -> account(ended.subtaskId()).ended(ended.at());
            case RunEvent.AttemptStarted started -> {}
            case RunEvent.AttemptEnded ended -> book(ended);
            case RunEvent.SubtaskEnded ended -> account(ended.subtaskId()).ended(ended.at());
            case RunEvent.Joined joined -> joins.put(joined.subtaskId(), joined);
            case RunEvent.MergeStarted started -> merger.beganAgain(started.at());
            case RunEvent.RunEnded ended -> {
                planner.endedAtLast(ended.at());
                merger.ended(ended.at());
            }
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

    private Account account(String label) {
        Account known = subtasks.get(label);
        if (known == null) {
            known = opened(label);
            subtasks.put(label, known);
        }
        return known;
    }

    private Account opened(String label) {
        String whole = SubtaskReport.wholeOf(label);
        return new Account(label.equals(whole) ? null : account(whole));
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
        return report(new Part("planner", "planner", List.of()), End.OF_THE_RUN, planner, Origin.SESSION, Nested.NONE);
    }

    SubtaskReport merger() {
        return report(new Part("merger", "merger", List.of()), End.OF_THE_RUN, merger, Origin.SESSION, Nested.NONE);
    }

    /** The sums of them all. */
    RunTally tally() {
        return tally;
    }

    /**
     * A line for each subtask, in plan order, and after a fan-out one for each of its items.
     *
     * @param items the outcomes of the items, by {@code id#index}, in plan order
     * @param reused the labels of those whose outcome is from the journal
     * @param nested what the runs nested in them did, by label
     */
    List<SubtaskReport> subtasks(
            Map<String, Outcome<?>> outcomes,
            Map<String, Outcome<?>> items,
            Set<String> reused,
            Map<String, Nested> nested) {
        Set<String> without = joins.values().stream()
                .filter(join -> !join.took().isEmpty())
                .flatMap(join -> join.without().stream())
                .collect(Collectors.toSet());
        Map<String, List<SubtaskReport>> ofItems = new HashMap<>();
        items.forEach((label, outcome) -> {
            String id = SubtaskReport.wholeOf(label);
            ofItems.computeIfAbsent(id, unknown -> new ArrayList<>())
                    .add(line(id, label, end(id, label, outcome, without), origin(label, reused), nested));
        });
        var lines = new ArrayList<SubtaskReport>();
        outcomes.forEach((id, outcome) -> {
            List<SubtaskReport> own = ofItems.getOrDefault(id, List.of());
            Origin origin = own.isEmpty() ? origin(id, reused) : originOfAll(own);
            lines.add(line(id, id, end(id, id, outcome, without), origin, nested));
            lines.addAll(own);
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
        return isAnyCached ? new Origin.Cached(oldest, saved) : Origin.JOURNAL;
    }

    private SubtaskReport line(String id, String label, End end, Origin origin, Map<String, Nested> nested) {
        RunEvent.SubtaskAdmitted subtask = admitted.get(id);
        Part part =
                subtask == null ? new Part(label, "", List.of()) : new Part(label, subtask.type(), subtask.dependsOn());
        return report(part, end, account(label), origin, nested.getOrDefault(label, Nested.NONE));
    }

    /** @param without the ids of what joins did without */
    private End end(String id, String label, Outcome<?> outcome, Set<String> without) {
        Status status = switch (outcome) {
            case Outcome.Succeeded<?> succeeded -> Status.SUCCEEDED;
            case Outcome.Failed<?> failed -> Status.FAILED;
            case Outcome.Skipped<?> skipped -> Status.SKIPPED;
        };
        if (outcome.isSucceeded()) {
            return new End(status, "", Need.NEEDED, takenFrom(label));
        }
        boolean isLoser = Stream.of(id, label).anyMatch(without::contains)
                || (!label.equals(id) && !takenFrom(id).isEmpty());
        Need need = replaced.contains(id) || replaced.contains(label)
                ? Need.REPLACED
                : isLoser || outcome.isNotNeeded() ? Need.NOT_NEEDED : Need.NEEDED;
        return new End(status, outcome.reason(), need, List.of());
    }

    private List<String> takenFrom(String label) {
        RunEvent.Joined join = joins.get(label);
        return join == null ? List.of() : join.took();
    }

    private static SubtaskReport report(Part part, End end, Account account, Origin origin, Nested nested) {
        return new SubtaskReport(
                part, end, new Calls(account.tiers, account.model, nested), account.spend, account.took(), origin);
    }
}
