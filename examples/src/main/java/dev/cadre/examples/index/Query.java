// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.en.EnglishAnalyzer;

/**
 * The words of a question as the index knows them, each with a weight. Words that every question has are left out.
 *
 * @param terms stems, and identifiers as a whole with {@code #} in front, in the order of the question
 * @param words the words the terms were made of
 */
public record Query(List<Term> terms, List<String> words) {
    private static final double WHOLE_WEIGHT = 1.5;
    private static final double REPEATED_WEIGHT = 0.3;

    /** Words of questions and of change descriptions; they say nothing about the code. */
    private static final Set<String> QUESTION_WORDS = Set.of("""
            where which what who whom why how when whether does do did is are was were be been being can
            could should would will shall may might must has have had having i we you he she us our your my
            me its itself them those about above after again all also am any because before between both
            cannot doing down during each few from further here just more most nor now off once only other
            out over own same so some than through too under until up very via while without don doesn didn
            isn aren wasn won shouldn wouldn couldn still instead use used uses using code class classes
            method methods function functions file files implemented implementation implement implements
            defined called calls call caller callers handle handled handles handling happen happens located
            live lives responsible find show list tell explain place places fix fixed fixes fixing bug bugs
            issue issues problem add added adding adds support supported supports allow allowed allows
            ensure ensures ensuring wrong make makes made work works correctly properly change changed
            changes get new decide decides decided determine determines determined""".split("\\s+"));

    public Query {
        terms = List.copyOf(terms);
        words = List.copyOf(words);
    }

    /** One word to look for. */
    public record Term(String text, double weight) {}

    /** Returns the query of a question; it has no terms if the question has no telling word. */
    public static Query of(String question) {
        return ofWords(Identifiers.in(question));
    }

    /** Returns the query of these words. */
    public static Query ofWords(List<String> words) {
        Map<String, Double> weights = new LinkedHashMap<>();
        var kept = new ArrayList<String>();
        for (String word : words) {
            String lower = word.toLowerCase(Locale.ROOT);
            if (word.length() < 2 || isCommon(lower)) {
                continue;
            }
            kept.add(word);
            for (String part : Identifiers.parts(word)) {
                if (!isCommon(part.toLowerCase(Locale.ROOT))) {
                    weights.merge(Vocabulary.stem(part), 1.0, (old, one) -> old + REPEATED_WEIGHT);
                }
            }
            // a plain word as a whole says no more than its stem
            if (Identifiers.parts(word).size() > 1) {
                weights.merge(Vocabulary.whole(word), WHOLE_WEIGHT, (old, one) -> old);
            }
        }
        var terms = new ArrayList<Term>();
        weights.forEach((text, weight) -> terms.add(new Term(text, weight)));
        return new Query(terms, kept);
    }

    /** The words that a text has in any of their forms, in the order of the question. */
    public List<String> wordsIn(String text) {
        Set<String> stems = Identifiers.in(text).stream()
                .flatMap(identifier -> Identifiers.parts(identifier).stream())
                .map(Vocabulary::stem)
                .collect(Collectors.toSet());
        return words.stream()
                .distinct()
                .filter(word ->
                        Identifiers.parts(word).stream().map(Vocabulary::stem).anyMatch(stems::contains))
                .toList();
    }

    static boolean isCommon(String lower) {
        return QUESTION_WORDS.contains(lower)
                || EnglishAnalyzer.getDefaultStopSet().contains(lower);
    }
}
