// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * What a call noted down of the sections that it read.
 *
 * @param facts its facts with the passages of outcomes that they rest on
 * @param remarks what was dropped or read with tolerance, one line each
 */
record Notes(List<Fact> facts, List<String> remarks) {
    /** The most passages that a fact can rest on: more are no help to a reader. */
    static final int MAX_SOURCES = 100;

    /** One fact. */
    record Fact(String text, List<Citation> sources) {}

    /** Notes whose citations are numbers that were shown. */
    static Notes of(List<NotesFormat.Noted> noted, Map<Integer, List<Citation>> sources, List<String> remarks) {
        var facts = new ArrayList<Fact>();
        for (NotesFormat.Noted fact : noted) {
            facts.add(new Fact(fact.text(), sources(fact.citations(), sources, MAX_SOURCES)));
        }
        return new Notes(facts, remarks);
    }

    /** The passages that lines rest on, each once, in the order in which the lines are cited. */
    static List<Citation> sources(List<Integer> numbers, Map<Integer, List<Citation>> sources, int most) {
        SequencedSet<Citation> all = new LinkedHashSet<>();
        for (Integer number : numbers) {
            all.addAll(Optional.ofNullable(sources.get(number)).orElse(List.of()));
        }
        return all.stream().limit(most).toList();
    }
}
