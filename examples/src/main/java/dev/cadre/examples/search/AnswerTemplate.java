// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.Commit;
import dev.cadre.examples.search.SearchAnswer.Sentence;
import dev.cadre.examples.search.SearchPlan.Intent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** States where the answer is in fixed words; it never explains, since no model has read the code. */
public final class AnswerTemplate {
    private static final int ALSO = 3;

    private AnswerTemplate() {}

    /** Fills the words in for checked citations, best first, and for commits. */
    public static List<Sentence> fill(Intent intent, List<CheckedCitation> checked, List<Commit> commits) {
        var sentences = new ArrayList<Sentence>();
        if (!checked.isEmpty()) {
            String opening = intent == Intent.CALLERS ? "Most likely called at: " : "Most likely: ";
            sentences.add(new Sentence(opening + place(checked.getFirst()) + ".", List.of(1)));
        }
        List<Integer> others = firstOfOtherFiles(checked);
        if (!others.isEmpty()) {
            String places = others.stream().map(i -> place(checked.get(i))).collect(Collectors.joining("; "));
            sentences.add(new Sentence(
                    "Also: " + places + ".", others.stream().map(i -> i + 1).toList()));
        }
        if (!commits.isEmpty()) {
            String listed = commits.stream()
                    .map(commit -> commit.sha() + " " + commit.date() + " \"" + commit.subject() + "\"")
                    .collect(Collectors.joining("; "));
            sentences.add(new Sentence("Commits: " + listed + ".", List.of()));
        }
        return sentences;
    }

    private static List<Integer> firstOfOtherFiles(List<CheckedCitation> checked) {
        return IntStream.range(1, checked.size())
                .filter(i -> !path(checked, i).equals(path(checked, i - 1)))
                .limit(ALSO)
                .boxed()
                .toList();
    }

    private static String path(List<CheckedCitation> checked, int i) {
        return checked.get(i).citation().path();
    }

    private static String place(CheckedCitation checked) {
        Citation citation = checked.citation();
        String line = citation.path() + ":" + citation.bestLine();
        return citation.symbol().isEmpty() ? line : line + " (" + citation.symbol() + ")";
    }
}
