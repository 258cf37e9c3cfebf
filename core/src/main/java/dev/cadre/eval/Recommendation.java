// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.model.Tier;
import dev.cadre.task.PassRates;
import dev.cadre.task.SubtaskType;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which candidate is to be used where a rate is required. */
public sealed interface Recommendation {
    /** A candidate whose rate is above the required one, and that too few examples show it of. */
    record Undecided(CandidateRate candidate, long moreExamples) {}

    /**
     * This one is good enough, and none that is so is cheaper.
     *
     * @param cheaper cheaper ones that more examples might show to be enough, the cheapest first
     */
    record Enough(double required, CandidateRate candidate, List<Undecided> cheaper) implements Recommendation {
        public Enough {
            cheaper = List.copyOf(cheaper);
        }

        /** The tier on which it starts. */
        public Tier start() {
            return candidate.candidate().start();
        }
    }

    /**
     * There are too few examples to tell.
     *
     * @param undecided those that more examples might show to be enough, the cheapest first; at least one
     */
    record TooFewExamples(double required, List<Undecided> undecided) implements Recommendation {
        public TooFewExamples {
            undecided = List.copyOf(undecided);
        }
    }

    /**
     * No candidate has a rate above the required one.
     *
     * @param best the highest rates first
     */
    record NoneEnough(double required, List<CandidateRate> best) implements Recommendation {
        public NoneEnough {
            best = List.copyOf(best);
        }
    }

    /** The required rate, above 0 and below 1. */
    double required();

    /** Whether there is a candidate that is good enough. */
    default boolean isEnough() {
        return this instanceof Enough;
    }

    /** For people: one to three sentences. */
    default String sentence() {
        String rate = Proportion.percent(required());
        return switch (this) {
            case Enough(double required, CandidateRate candidate, List<Undecided> cheaper) ->
                "%s is enough for %s: %s%s.%s"
                        .formatted(
                                candidate.candidate(),
                                rate,
                                candidate.passed(),
                                candidate
                                        .perExample()
                                        .map(", %s an example"::formatted)
                                        .orElse(""),
                                cheaper.stream().map(Recommendation::maybe).collect(Collectors.joining()));
            case TooFewExamples(double required, List<Undecided> undecided) ->
                "Not enough examples to tell which candidate is enough for %s.%s"
                        .formatted(
                                rate,
                                undecided.stream().map(Recommendation::maybe).collect(Collectors.joining()));
            case NoneEnough(double required, List<CandidateRate> best)
            when best.isEmpty() -> "Nothing is known of any candidate yet.";
            case NoneEnough(double required, List<CandidateRate> best) ->
                "No candidate is shown to be enough for %s: the best is %s, %s."
                        .formatted(
                                rate,
                                best.getFirst().candidate(),
                                best.getFirst().passed());
        };
    }

    private static String maybe(Undecided one) {
        return " %s may be (%s): about %d more examples would tell."
                .formatted(one.candidate().candidate(), one.candidate().passed(), one.moreExamples());
    }

    /** @param all in the order of the eval, which decides where two cost the same */
    static Recommendation of(double required, List<CandidateResult> all) {
        return ofAscending(
                required,
                all.stream()
                        .filter(candidate -> candidate.examples() > 0)
                        .sorted(Comparator.comparing(
                                candidate -> candidate.perExample().orElseThrow()))
                        .toList());
    }

    /**
     * The cheapest tier on which enough outputs of a type were good, for its start. It is no better than the rates: those
     * of journals count what was accepted, see {@link JournalRates}.
     *
     * @param rates of an eval, of journals, or counted by you
     * @param required above 0 and below 1, such as 0.95
     * @throws IllegalArgumentException if it is no such rate
     */
    static Recommendation ofStart(SubtaskType<?, ?> type, PassRates rates, double required) {
        return ofAscending(
                required,
                Stream.of(Tier.values())
                        .flatMap(tier -> rates
                                .of(type, tier)
                                .map(count -> new CountedRate(
                                        Candidate.of(tier), new Proportion(count.passed(), count.tried())))
                                .stream())
                        .toList());
    }

    /** @param known those with an example, the cheapest first */
    private static Recommendation ofAscending(double required, List<? extends CandidateRate> known) {
        if (!(required > 0 && required < 1)) {
            throw new IllegalArgumentException("a required rate is above 0 and below 1, and not " + required);
        }
        List<? extends CandidateRate> enough =
                known.stream().filter(candidate -> candidate.meets(required)).toList();
        List<? extends CandidateRate> before =
                enough.isEmpty() ? known : known.subList(0, known.indexOf(enough.getFirst()));
        List<Undecided> undecided = before.stream()
                .flatMap(candidate -> candidate.moreFor(required).stream().map(more -> new Undecided(candidate, more)))
                .toList();
        if (!enough.isEmpty()) {
            return new Enough(required, enough.getFirst(), undecided);
        }
        return undecided.isEmpty()
                ? new NoneEnough(
                        required,
                        known.stream()
                                .<CandidateRate>map(each -> each)
                                .sorted(Comparator.comparingDouble((CandidateRate one) ->
                                                one.passed().rate())
                                        .reversed())
                                .toList())
                : new TooFewExamples(required, undecided);
    }
}
