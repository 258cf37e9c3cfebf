// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.bulk.Lane;
import dev.cadre.journal.Fingerprint;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The same labelled examples over several candidates: which tier is good enough for a kind of work? Immutable; a
 * {@code Coordinator} runs it, one bulk for each candidate.
 *
 * @param <I> the input of an example
 * @param <O> its answer
 */
public final class Evals<I, O> {
    private static final int KEY_DIGITS = 16;

    private final SubtaskType<I, O> type;
    private final List<EvalExample<I, O>> examples;
    /** By the key of its input: a digest, so that a resumed eval knows it wherever it stands. */
    private final Map<String, Integer> places;

    private final Grading<I, O> grading;
    private final List<Candidate> candidates;
    private final Lane lane;
    private final Optional<Judge> judge;

    /** Judges an answer by its value or by its JSON form. */
    interface Grading<I, O> {
        List<Scorer.Fault> faults(EvalExample<I, O> example, O answer, Json expectedJson, Json answerJson);
    }

    private Evals(
            SubtaskType<I, O> type,
            List<EvalExample<I, O>> examples,
            Map<String, Integer> places,
            Grading<I, O> grading,
            List<Candidate> candidates,
            Lane lane,
            Optional<Judge> judge) {
        this.type = type;
        this.examples = examples;
        this.places = places;
        this.grading = grading;
        this.candidates = List.copyOf(candidates);
        this.lane = lane;
        this.judge = judge;
    }

    /**
     * An eval of a kind of work without examples.
     *
     * @throws IllegalArgumentException if plain code does the work, which no tier changes
     */
    public static <I, O> Evals<I, O> of(SubtaskType<I, O> type) {
        if (!type.isModelWork()) {
            throw new IllegalArgumentException(
                    "subtask type '%s' is plain code: an eval compares tiers of work of a model"
                            .formatted(type.name()));
        }
        return new Evals<>(type, List.of(), Map.of(), grading(Match.exact()), List.of(), Lane.NOW, Optional.empty());
    }

    /**
     * The examples, in place of earlier ones. An expected answer that is a tree of JSON may leave out what is not compared.
     * No two have the same input: the intervals hold for examples that were drawn independently.
     *
     * @throws IllegalArgumentException if two have the same input, or an input or expected answer has no JSON form, such
     *     as one with a null; it names the example
     */
    public Evals<I, O> examples(List<EvalExample<I, O>> labelled) {
        var named = new ArrayList<EvalExample<I, O>>();
        var keys = new LinkedHashMap<String, Integer>();
        for (EvalExample<I, O> example : labelled) {
            int place = named.size();
            named.add(example.name().isEmpty() ? example.named(Integer.toString(place)) : example);
            Integer earlier = keys.putIfAbsent(checkedKey(named.getLast()), place);
            if (earlier != null) {
                throw new IllegalArgumentException("examples '%s' and '%s' have the same input"
                        .formatted(named.get(earlier).name(), named.getLast().name()));
            }
        }
        return new Evals<>(type, List.copyOf(named), keys, grading, candidates, lane, judge);
    }

    private String checkedKey(EvalExample<I, O> example) {
        try {
            var unused = json(example.expected());
            return key(example.input());
        } catch (JsonException e) {
            throw new IllegalArgumentException("example '%s': %s".formatted(example.name(), e.getMessage()), e);
        }
    }

    /** Compares answers with the expected ones in this way; default {@link Match#exact()}. */
    public Evals<I, O> scoredBy(Match match) {
        return new Evals<>(type, examples, places, grading(match), candidates, lane, judge);
    }

    /** Decides in code whether an answer is good; default {@link Match#exact()}. */
    public Evals<I, O> scoredBy(Scorer<I, O> scorer) {
        return new Evals<>(
                type,
                examples,
                places,
                (example, answer, expected, given) -> scorer.faults(example, answer),
                candidates,
                lane,
                judge);
    }

    /**
     * Lets a model decide whether an answer is good, such as one in words of its own. It is shown the input, the expected
     * answer and the answer, and has a bill of its own under the same budget, which no estimate counts. What a comparison
     * would say is still found out: {@link EvalResult#judging()} has how often the judge agrees with the labels. A judge
     * that does not is to be judged first.
     *
     * @param tier a better one than those that it judges
     * @param criterion what makes an answer good, in a sentence for the judge
     */
    public Evals<I, O> judgedBy(Tier tier, String criterion) {
        return new Evals<>(type, examples, places, grading, candidates, lane, Optional.of(Judge.of(tier, criterion)));
    }

    private static <I, O> Grading<I, O> grading(Match match) {
        return (example, answer, expected, given) -> match.faults(expected, given);
    }

    /**
     * Adds tiers, each without escalation; default every tier that has a model, and the escalation of the type itself if it
     * has one. Candidates are tried in the order in which they are added: name cheap ones first, so that a budget that
     * ends leaves out the dearest.
     */
    public Evals<I, O> tiers(Tier... each) {
        return adding(Arrays.stream(each).map(Candidate::of).toList());
    }

    /**
     * Adds a cascade: work starts on one tier and escalates up to another when an answer breaks its type or a rule of it.
     *
     * @throws IllegalArgumentException if the top is below the start
     */
    public Evals<I, O> cascade(Tier start, Tier top) {
        return adding(List.of(new Candidate(start, top)));
    }

    private Evals<I, O> adding(List<Candidate> more) {
        var all = new ArrayList<>(candidates);
        for (Candidate candidate : more) {
            if (all.contains(candidate)) {
                throw new IllegalArgumentException("%s is a candidate already".formatted(candidate));
            }
            all.add(candidate);
        }
        return new Evals<>(type, examples, places, grading, all, lane, judge);
    }

    /**
     * How the examples are sent; default {@link Lane#NOW}. {@link Lane#BATCH} needs a journal, takes no cascade, and tries
     * one candidate after the other.
     */
    public Evals<I, O> lane(Lane chosen) {
        return new Evals<>(type, examples, places, grading, candidates, chosen, judge);
    }

    /** The kind of work. */
    public SubtaskType<I, O> type() {
        return type;
    }

    /** The examples, each with its name. */
    public List<EvalExample<I, O>> examples() {
        return examples;
    }

    /** How the examples are sent. */
    public Lane lane() {
        return lane;
    }

    /** The candidates that are tried over these models. */
    public List<Candidate> candidates(ModelPools pools) {
        if (!candidates.isEmpty()) {
            return candidates;
        }
        var all = new ArrayList<>(pools.tiers().stream().map(Candidate::of).toList());
        var own = new Candidate(type.tiers().start(), type.tiers().top());
        if (own.isCascade()) {
            all.add(own);
        }
        return all;
    }

    Optional<Judge> judge() {
        return judge;
    }

    Grading<I, O> grading() {
        return grading;
    }

    /** An answer as JSON. A tree is that already: an expected one may leave out what is not compared. */
    Json json(O answer) {
        return answer instanceof Json tree ? tree : type.outputType().toJson(answer);
    }

    String key(I input) {
        return Fingerprint.of(type.inputType().canonical(input)).hex().substring(0, KEY_DIGITS);
    }

    /** The place of the example with this key, or -1. */
    int place(String key) {
        return places.getOrDefault(key, -1);
    }
}
