// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineNeeds;
import dev.cadre.EnginePlanning;
import dev.cadre.PlanProposal;
import dev.cadre.plan.PlanProgress;
import dev.cadre.plan.PlanReview;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.schedule.PartWork;
import dev.cadre.schedule.RunInput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plans, and what has become of them, as they travel. */
final class Plans {
    private Plans() {}

    static List<String> written(List<PlannedSubtask> subtasks) {
        return subtasks.stream().map(PlannedSubtask::toJson).toList();
    }

    static List<PlannedSubtask> read(List<String> subtasks) {
        return subtasks.stream().map(PlannedSubtask::parse).toList();
    }

    // --- needs

    static Wire.Needs needs(EngineNeeds.Said said) {
        Wire.Fault fault = said.failure().map(Faults::of).orElse(null);
        return said.needs()
                .map(needs -> new Wire.Needs(
                        needs.plan().picoUsd(),
                        needs.round().picoUsd(),
                        needs.merge().picoUsd(),
                        needs.floor().picoUsd(),
                        needs.mergeTakesTime(),
                        needs.callsModel(),
                        needs.rounds(),
                        needs.merges(),
                        fault))
                .orElseGet(() -> new Wire.Needs(0, 0, 0, 0, false, false, 0, 0, fault));
    }

    static EngineNeeds needs(Wire.Needs wire) {
        return new EngineNeeds(
                Money.ofPico(wire.plan()),
                Money.ofPico(wire.round()),
                Money.ofPico(wire.merge()),
                Money.ofPico(wire.floor()),
                wire.mergeTakesTime(),
                wire.callsModel(),
                wire.rounds(),
                wire.merges());
    }

    // --- what has become of a plan

    static Wire.Become become(PlanProgress progress) {
        return new Wire.Become(
                progress.round(),
                progress.done().stream()
                        .map(each -> new Wire.Done(each.planned().id(), each.output()))
                        .toList(),
                progress.undone().stream()
                        .map(each -> new Wire.Undone(each.id(), each.planned().id(), each.reason()))
                        .toList(),
                progress.lost(),
                progress.rejected());
    }

    /** @param taken all that was planned before */
    static PlanProgress progress(Wire.Become become, List<PlannedSubtask> taken) {
        if (become.round() == 0) {
            return PlanProgress.NONE;
        }
        Map<String, PlannedSubtask> byId = new HashMap<>();
        taken.forEach(each -> byId.put(each.id(), each));
        return new PlanProgress(
                become.round(),
                become.done().stream()
                        .map(each -> new PlanProgress.Done(planned(byId, each.subtask()), each.output()))
                        .toList(),
                become.undone().stream()
                        .map(each -> new PlanProgress.Undone(each.id(), planned(byId, each.subtask()), each.reason()))
                        .toList(),
                become.lost(),
                become.rejected());
    }

    private static PlannedSubtask planned(Map<String, PlannedSubtask> byId, String id) {
        return Objects.requireNonNull(byId.get(id), () -> "subtask '%s' is not in the plan so far".formatted(id));
    }

    // --- plans that wait for a decision

    private static Wire.Proposal proposal(PlanProposal proposal) {
        return new Wire.Proposal(written(proposal.subtasks()), proposal.defects(), proposal.lost(), "", "");
    }

    static Optional<PlanProposal> proposal(Wire.@Nullable Proposal wire) {
        return wire == null
                ? Optional.empty()
                : Optional.of(new PlanProposal(read(wire.subtasks()), wire.defects(), wire.lost(), verdict(wire)));
    }

    private static Optional<PlanReview.Verdict> verdict(Wire.Proposal wire) {
        return switch (wire.verdict()) {
            case "" -> Optional.empty();
            case "Approve" -> Optional.of(new PlanReview.Verdict.Approve());
            case "Reject" -> Optional.of(new PlanReview.Verdict.Reject(wire.reason()));
            default ->
                throw new IllegalStateException(
                        "a plan was judged as '%s', which is unknown".formatted(wire.verdict()));
        };
    }

    // --- how planning ended

    static Wire.Planned planned(int round, EnginePlanning.Planned planned, Wire.Books books) {
        List<String> written = written(planned.admitted());
        List<String> noted = planned.noted();
        return switch (planned.end()) {
            case RunInput.PlanEnded(List<String> defects, List<String> lost) ->
                new Wire.Planned(round, written, noted, "PlanEnded", defects, lost, null, "", books, null);
            case RunInput.PlanFailed(var failure, String place) ->
                new Wire.Planned(
                        round,
                        written,
                        noted,
                        "PlanFailed",
                        List.of(),
                        List.of(),
                        Faults.of(failure),
                        place,
                        books,
                        null);
            case RunInput.Awaited(String who, String what) ->
                new Wire.Planned(
                        round,
                        written,
                        noted,
                        "Awaited",
                        List.of(),
                        List.of(),
                        null,
                        what,
                        books,
                        planned.proposal().map(Plans::proposal).orElse(null));
            default -> throw new IllegalStateException("planning ended as " + planned.end());
        };
    }

    static RunInput end(Wire.Planned planned) {
        return switch (planned.end()) {
            case "PlanEnded" -> new RunInput.PlanEnded(planned.defects(), planned.lost());
            case "PlanFailed" -> new RunInput.PlanFailed(Faults.read(planned.fault()), planned.what());
            case "Awaited" -> new RunInput.Awaited(PartWork.PLANNER, planned.what());
            default ->
                throw new IllegalStateException("planning ended as '%s', which is unknown".formatted(planned.end()));
        };
    }

    /** Whether the planner came to its end, so that what points nowhere is given up. */
    static boolean hasEnded(Wire.Planned planned) {
        return planned.end().equals("PlanEnded");
    }

    static Optional<RunInput.PlanNoted> noted(Wire.Planned planned) {
        return planned.end().equals("PlanEnded")
                ? Optional.empty()
                : Optional.of(new RunInput.PlanNoted(planned.noted()));
    }
}
