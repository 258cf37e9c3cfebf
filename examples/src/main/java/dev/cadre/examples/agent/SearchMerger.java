// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.agent;

import dev.cadre.examples.index.Commit;
import dev.cadre.examples.index.FileRanker.Among;
import dev.cadre.examples.index.RankedFile;
import dev.cadre.examples.search.AnswerTemplate;
import dev.cadre.examples.search.CallSites;
import dev.cadre.examples.search.CheckedCitation;
import dev.cadre.examples.search.Citation;
import dev.cadre.examples.search.CitationGate;
import dev.cadre.examples.search.CitationMerger;
import dev.cadre.examples.search.Confidence;
import dev.cadre.examples.search.Evidence;
import dev.cadre.examples.search.EvidenceScale;
import dev.cadre.examples.search.GitHistory;
import dev.cadre.examples.search.RankFiles;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.examples.search.SearchPlan;
import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.examples.search.SymbolLookup;
import dev.cadre.examples.search.TextQuestions;
import dev.cadre.examples.search.TextSearch;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.List;

/** Makes one ranked list of checked citations of everything that was found, and an answer in fixed words. */
final class SearchMerger implements Merger<SearchAnswer> {
    private final SearchQuestion question;
    private final SearchPlan plan;
    private final CitationGate gate;
    private final EvidenceScale scale;

    SearchMerger(SearchQuestion question, SearchPlan plan, CitationGate gate) {
        this.question = question;
        this.plan = plan;
        this.gate = gate;
        scale = new EvidenceScale(plan.intent());
    }

    @Override
    public Merged<SearchAnswer> merge(MergeInput input, MergeTerms terms) {
        Found found = found(input);
        CitationGate.Checked checked = check(found.evidence);
        return Merged.of(new SearchAnswer(
                AnswerTemplate.fill(plan.intent(), checked.citations(), found.commits),
                checked.citations(),
                confidence(found, checked.citations()),
                checked.dropped()));
    }

    private CitationGate.Checked check(List<Evidence> evidence) {
        return gate.check(new CitationMerger(question.maxFiles()).merge(evidence));
    }

    /** Checks one more citation, with the rest of the file as a model may know it. */
    List<CheckedCitation> recheck(Citation citation) {
        return gate.check(List.of(citation)).citations();
    }

    private static Confidence confidence(Found found, List<CheckedCitation> checked) {
        return checked.isEmpty() ? Confidence.NONE : Confidence.of(found.measured);
    }

    /** Everything that subtasks found, on one scale. */
    private Found found(MergeInput input) {
        var found = new Found();
        for (SubtaskOutcome each : input.outcomes()) {
            if (each.outcome() instanceof Outcome.Succeeded<?>(Object value)) {
                add(each.id(), value, found);
            }
        }
        if (found.measured.isEmpty()) {
            found.measured = found.texts;
        }
        if (found.ofCode.isEmpty() || TextQuestions.asksForText(plan.words())) {
            found.evidence.addAll(found.ofTexts);
        }
        found.evidence.addAll(found.ofCode);
        return found;
    }

    private void add(String id, Object value, Found found) {
        switch (value) {
            case RankFiles.Found ranked -> rank(ranked, found);
            case Items<?> items -> items.values().forEach(item -> add(id, item, found));
            case SearchSubtasks.Passages read -> {
                found.ofCode.addAll(scale.ofPassages(id, read.passages(), found.measured));
                found.ofTexts.addAll(scale.ofPassages(id, read.passages(), found.texts));
            }
            case SymbolLookup.Found symbols ->
                found.evidence.addAll(scale.ofDefinitions(id, symbols, question.paths()));
            case CallSites.Found calls -> found.evidence.addAll(scale.ofCalls(id, calls));
            case TextSearch.Found hits -> found.evidence.addAll(scale.ofHits(id, hits));
            case GitHistory.Found history -> found.commits.addAll(history.commits());
            default -> {} // outlines, summaries and verdicts are for models
        }
    }

    private static void rank(RankFiles.Found ranked, Found found) {
        if (ranked.among() == Among.CODE) {
            if (found.measured.isEmpty()) {
                found.measured = ranked.files();
            }
        } else {
            found.texts = ranked.files();
        }
    }

    /** What was found, in plan order. */
    private static final class Found {
        final List<Evidence> evidence = new ArrayList<>();
        final List<Evidence> ofCode = new ArrayList<>();
        final List<Evidence> ofTexts = new ArrayList<>();
        final List<Commit> commits = new ArrayList<>();
        List<RankedFile> measured = List.of();
        List<RankedFile> texts = List.of();
    }
}
