// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.CodeIndex;
import dev.cadre.examples.index.Commit;
import dev.cadre.examples.index.FileRanker.Among;
import dev.cadre.examples.index.RankedFile;
import dev.cadre.examples.search.SearchPlan.Subtask;
import dev.cadre.examples.search.SearchReport.Status;
import dev.cadre.examples.search.SearchReport.SubtaskEnd;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Answers a question without a model: plans by rules, runs the subtasks one after the other, merges, checks. */
public final class OfflineSearch {
    private static final Set<String> TEXT_WORDS = Set.of(
            "readme",
            "changelog",
            "docs",
            "documentation",
            "documented",
            "config",
            "configuration",
            "yaml",
            "yml",
            "gradle",
            "maven",
            "pom",
            "dockerfile",
            "workflow",
            "makefile",
            "license",
            "markdown");

    private final CodeBase base;
    private final CitationGate gate;
    private final SearchListener listener;
    private final InstantSource clock;
    private final SearchTools tools;

    /** Returns a search over this code base; the clock measures subtasks and the deadline. */
    public OfflineSearch(CodeBase base, CitationGate gate, SearchListener listener, InstantSource clock) {
        this.base = base;
        this.gate = gate;
        this.listener = listener;
        this.clock = clock;
        this.tools = SearchTools.over(base, clock);
    }

    /** Returns the plan of a question. */
    public SearchPlan plan(SearchQuestion question) {
        CodeIndex index = base.index();
        return new RulePlanner(name -> !index.definitionsOf(name).isEmpty()).plan(question);
    }

    /** Runs a plan; subtasks that the deadline leaves no time for are skipped. Blocks on the disk. */
    public SearchReport run(SearchQuestion question, SearchPlan plan, Duration deadline) {
        var run = new Run(question, plan, clock.instant().plus(deadline));
        plan.subtasks().forEach(run::perform);
        return run.report();
    }

    private final class Run {
        private final SearchQuestion question;
        private final SearchPlan plan;
        private final Instant end;
        private final EvidenceScale scale;
        private final Map<String, RankFiles.Found> rankings = new HashMap<>();
        private final List<Evidence> evidence = new ArrayList<>();
        private final List<Commit> commits = new ArrayList<>();
        private final List<SubtaskEnd> ends = new ArrayList<>();
        private List<RankedFile> measured = List.of();

        Run(SearchQuestion question, SearchPlan plan, Instant end) {
            this.question = question;
            this.plan = plan;
            this.end = end;
            this.scale = new EvidenceScale(plan.intent());
        }

        void perform(Subtask subtask) {
            Instant start = clock.instant();
            boolean late = start.isAfter(end);
            if (!late) {
                work(subtask);
            }
            long millis = Duration.between(start, clock.instant()).toMillis();
            var ended = new SubtaskEnd(
                    subtask.id(),
                    subtask.work().type(),
                    late ? "skipped" : "succeeded",
                    late ? "deadline" : "",
                    millis);
            ends.add(ended);
            listener.ended(ended);
        }

        private void work(Subtask subtask) {
            String id = subtask.id();
            switch (subtask.work()) {
                case RankFiles.Request request -> rank(id, request);
                case ReadAndSummarise.BestOf best -> read(id, best);
                case SymbolLookup.Request request ->
                    evidence.addAll(scale.ofDefinitions(id, tools.symbolLookup().run(request), question.paths()));
                case CallSites.Request request ->
                    evidence.addAll(scale.ofCalls(id, tools.callSites().run(request)));
                case GitHistory.Request request ->
                    commits.addAll(tools.gitHistory().run(request).commits());
                case TextSearch.Request request ->
                    evidence.addAll(scale.ofHits(id, tools.textSearch().run(request)));
                case MapRepo.Request request -> tools.mapRepo().run(request);
            }
        }

        private void rank(String id, RankFiles.Request request) {
            RankFiles.Found found = tools.rankFiles().run(request);
            rankings.put(id, found);
            if (request.among() == Among.CODE) {
                measured = found.files();
            } else if (measured.isEmpty() || asksForText(request.words())) {
                evidence.addAll(scale.ofRanking(id, found.files(), tools.readAndSummarise()));
                measured = measured.isEmpty() ? found.files() : measured;
            }
        }

        private void read(String id, ReadAndSummarise.BestOf best) {
            RankFiles.Found ranking = rankings.getOrDefault(best.subtaskId(), new RankFiles.Found(List.of()));
            List<RankedFile> files =
                    ranking.files().stream().limit(best.maxFiles()).toList();
            evidence.addAll(scale.ofRanking(id, files, tools.readAndSummarise()));
        }

        SearchReport report() {
            List<Citation> merged = new CitationMerger(question.maxFiles()).merge(evidence);
            List<CheckedCitation> checked = gate.check(merged).citations();
            return new SearchReport(
                    status(checked),
                    question.text(),
                    AnswerTemplate.fill(plan.intent(), checked, commits),
                    checked,
                    checked.isEmpty() ? Confidence.NONE : Confidence.of(measured),
                    ends,
                    base.repository().files().size(),
                    base.repository().skipped());
        }

        private Status status(List<CheckedCitation> checked) {
            boolean cut = ends.stream().anyMatch(ended -> ended.status().equals("skipped"));
            if (cut || base.repository().isTruncated()) {
                return Status.PARTIAL;
            }
            return checked.isEmpty() && commits.isEmpty() ? Status.NOTHING_FOUND : Status.COMPLETE;
        }
    }

    private static boolean asksForText(List<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).anyMatch(TEXT_WORDS::contains);
    }
}
