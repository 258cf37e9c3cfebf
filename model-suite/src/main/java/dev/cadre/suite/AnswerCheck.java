// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import java.util.ArrayList;
import java.util.List;

/** What an answer must and must not say, as alternatives for {@link Words#have}. Immutable. */
record AnswerCheck(List<String> wanted, List<String> unwanted) {
    static final AnswerCheck NONE = new AnswerCheck(List.of(), List.of());

    AnswerCheck {
        wanted = List.copyOf(wanted);
        unwanted = List.copyOf(unwanted);
    }

    AnswerCheck and(String... alternatives) {
        return new AnswerCheck(joined(wanted, alternatives), unwanted);
    }

    AnswerCheck andNot(String... alternatives) {
        return new AnswerCheck(wanted, joined(unwanted, alternatives));
    }

    /** What is wrong with the answer; empty if nothing is. */
    List<String> objections(String answer) {
        var objections = new ArrayList<String>();
        Words words = Words.of(answer);
        wanted.stream().filter(each -> !words.have(each)).forEach(each -> objections.add("lacks '%s'".formatted(each)));
        unwanted.stream().filter(words::have).forEach(each -> objections.add("says '%s'".formatted(each)));
        if (!objections.isEmpty()) {
            objections.add("the answer is '%s'".formatted(answer));
        }
        return objections;
    }

    private static List<String> joined(List<String> some, String... more) {
        var all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return all;
    }
}
