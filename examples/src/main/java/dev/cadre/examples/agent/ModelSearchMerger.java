// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.agent;

import dev.cadre.examples.search.CheckedCitation;
import dev.cadre.examples.search.Citation;
import dev.cadre.examples.search.Confidence;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.examples.search.SearchAnswer.Sentence;
import dev.cadre.merge.MergeFailedException;
import dev.cadre.merge.MergeInput;
import dev.cadre.merge.MergeLoad;
import dev.cadre.merge.MergeTerms;
import dev.cadre.merge.Merged;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.ModelException;
import dev.cadre.pool.CallRefusedException;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Lets a model write the answer, and keeps of it what the citations carry. The list of places is made as without a model,
 * so a model that fails costs the prose and not the places.
 */
final class ModelSearchMerger implements Merger<SearchAnswer> {
    /** What the model is asked for. */
    record Statement(String text, String path, int startLine, int endLine) {}

    /** What the model is asked for. */
    record Statements(List<Statement> statements) {}

    private final SearchMerger places;
    private final Merger<Statements> prose = Mergers.synthesis(Statements.class);

    ModelSearchMerger(SearchMerger places) {
        this.places = places;
    }

    @Override
    public boolean callsModel() {
        return prose.callsModel();
    }

    @Override
    public Money leastCost(ModelPools pools, Limits limits) {
        return prose.leastCost(pools, limits);
    }

    @Override
    public Quote quote(MergeLoad load) {
        return prose.quote(load);
    }

    @Override
    public Merged<SearchAnswer> merge(MergeInput input, MergeTerms terms) throws InterruptedException {
        Merged<SearchAnswer> found = places.merge(input, terms);
        try {
            return worded(prose.merge(input, terms), found.answer(), input);
        } catch (MergeFailedException | ModelException | CallRefusedException e) {
            var notes = List.of("the answer is not a model's: " + e.getMessage());
            return new Merged<>(found.answer(), List.of(), notes);
        }
    }

    private Merged<SearchAnswer> worded(Merged<Statements> written, SearchAnswer found, MergeInput input) {
        var citations = new ArrayList<>(found.citations());
        var sentences = new ArrayList<Sentence>();
        int dropped = found.dropped();
        for (Statement statement : written.answer().statements()) {
            OptionalInt number = number(statement, citations);
            if (number.isPresent()) {
                sentences.add(new Sentence(statement.text(), List.of(number.getAsInt())));
            } else {
                dropped++;
            }
        }
        if (sentences.isEmpty()) {
            return new Merged<>(found, written.citations(), written.notes());
        }
        var answer = new SearchAnswer(
                sentences, citations, confidence(found.confidence(), input, sentences.size()), dropped);
        return new Merged<>(answer, written.citations(), written.notes());
    }

    /** The number, from 1, of the citation that a statement falls into; one that a place does not carry yet is checked. */
    private OptionalInt number(Statement statement, List<CheckedCitation> citations) {
        OptionalInt known = IntStream.range(0, citations.size())
                .filter(i -> overlaps(citations.get(i).citation(), statement))
                .map(i -> i + 1)
                .findFirst();
        if (known.isPresent() || statement.startLine() < 1 || statement.endLine() < statement.startLine()) {
            return known;
        }
        var cited = new Citation(
                statement.path(),
                statement.startLine(),
                statement.endLine(),
                statement.startLine(),
                "",
                0,
                List.of("answer"));
        List<CheckedCitation> checked = places.recheck(cited);
        citations.addAll(checked);
        return checked.isEmpty() ? OptionalInt.empty() : OptionalInt.of(citations.size());
    }

    private static boolean overlaps(Citation citation, Statement statement) {
        return citation.path().equals(statement.path())
                && citation.startLine() <= statement.endLine()
                && statement.startLine() <= citation.endLine();
    }

    /** A second reader who contradicts half of the claims, or more, leaves little to rely on. */
    private static Confidence confidence(Confidence measured, MergeInput input, int claims) {
        long contradicted = input.outcomes().stream()
                .map(SubtaskOutcome::outcome)
                .flatMap(outcome -> outcome instanceof Outcome.Succeeded<?>(Items<?> items)
                        ? items.values().stream()
                        : outcome.ifSucceeded().stream())
                .filter(SearchSubtasks.Verdicts.class::isInstance)
                .flatMap(value -> ((SearchSubtasks.Verdicts) value).verdicts().stream())
                .filter(verdict -> verdict.support() == SearchSubtasks.Support.NOT_SUPPORTED)
                .count();
        return contradicted * 2 >= claims && contradicted > 0 && measured != Confidence.NONE
                ? Confidence.LOW
                : measured;
    }
}
