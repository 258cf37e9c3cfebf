// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.agent;

import dev.cadre.examples.search.CallSites;
import dev.cadre.examples.search.GitHistory;
import dev.cadre.examples.search.MapRepo;
import dev.cadre.examples.search.PassageReader;
import dev.cadre.examples.search.RankFiles;
import dev.cadre.examples.search.SearchPlan;
import dev.cadre.examples.search.SymbolLookup;
import dev.cadre.examples.search.TextSearch;
import dev.cadre.plan.PlanIntake;
import dev.cadre.plan.PlanRequest;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.plan.Planner;

/** Plans a search by the words of the question, without a model. */
final class RulesPlanner implements Planner {
    private final SearchSubtasks types;
    private final SearchPlan plan;

    RulesPlanner(SearchSubtasks types, SearchPlan plan) {
        this.types = types;
        this.plan = plan;
    }

    @Override
    public void plan(PlanRequest request, PlanIntake intake) {
        plan.subtasks().forEach(subtask -> intake.offer(planned(subtask)));
    }

    private PlannedSubtask planned(SearchPlan.Subtask subtask) {
        String id = subtask.id();
        return switch (subtask.work()) {
            case RankFiles.Request rank ->
                PlannedSubtask.of(id, types.rankFiles, new SearchSubtasks.Words(rank.words(), rank.among()));
            case PassageReader.BestOf best ->
                PlannedSubtask.of(id, types.readPlaces).withWire("file", best.subtaskId(), "files");
            case SymbolLookup.Request lookup ->
                PlannedSubtask.of(id, types.symbolLookup, new SearchSubtasks.Names(lookup.names()));
            case CallSites.Request calls ->
                PlannedSubtask.of(id, types.callSites, new SearchSubtasks.Symbol(calls.symbol()));
            case GitHistory.Request history ->
                PlannedSubtask.of(id, types.gitHistory, new SearchSubtasks.Subjects(history.words()));
            case TextSearch.Request text ->
                PlannedSubtask.of(id, types.textSearch, new SearchSubtasks.Pattern(text.pattern()));
            case MapRepo.Request map ->
                PlannedSubtask.of(id, types.mapRepo, new SearchSubtasks.Outline(map.depth(), map.maxLines()));
        };
    }
}
