// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.merge.Citation;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Outcomes that are given, which a model merges into an answer with citations. Immutable; each method adds one thing.
 *
 * @param outcomes the text of each outcome, by the id of its subtask
 * @param cited the words that a citation of a subtask must hold, by its id
 */
record MergeExercise(
        String id, String goal, Map<String, String> outcomes, Map<String, String> cited, AnswerCheck answer)
        implements Exercise {
    record Key(String key) {}

    record Note(String text) {}

    record Answer(String answer) {}

    static MergeExercise merge(String id, String goal) {
        return new MergeExercise(id, goal, Map.of(), Map.of(), AnswerCheck.NONE);
    }

    /** With a subtask that returned this text. */
    MergeExercise given(String subtask, String text) {
        return new MergeExercise(id, goal, plus(outcomes, subtask, text), cited, answer);
    }

    /** The answer says each of these. */
    MergeExercise answers(String... alternatives) {
        return new MergeExercise(id, goal, outcomes, cited, answer.and(alternatives));
    }

    /** The answer says none of these. */
    MergeExercise answersNot(String... alternatives) {
        return new MergeExercise(id, goal, outcomes, cited, answer.andNot(alternatives));
    }

    /** A citation of this subtask holds these words. */
    MergeExercise cites(String subtask, String alternatives) {
        return new MergeExercise(id, goal, outcomes, plus(cited, subtask, alternatives), answer);
    }

    private static Map<String, String> plus(Map<String, String> map, String key, String value) {
        var more = new LinkedHashMap<>(map);
        more.put(key, value);
        return more;
    }

    @Override
    public Verdict perform(ModelPools pools) throws InterruptedException {
        SubtaskType<Key, Note> note =
                SubtaskType.code("note", Key.class, Note.class, (asked, context) -> new Note(text(asked.key())));
        RunResult<Answer> result = Coordinator.builder(pools)
                .plansWith(note)
                .planner((request, intake) ->
                        outcomes.keySet().forEach(key -> intake.offer(PlannedSubtask.of(key, note, new Key(key)))))
                .limits(Terms.LIMITS)
                .build()
                .run(Goal.of(goal, Answer.class), Terms.BUDGET);
        return Verdict.of(
                result,
                complete -> judged(complete.answer().answer(), complete.report().citations()));
    }

    private String text(String key) {
        return World.found(outcomes.get(key), "outcome '%s'".formatted(key));
    }

    /** The answer counts first. */
    Verdict judged(String given, List<Citation> citations) {
        Verdict answered = Verdict.of(Cause.ANSWER_WRONG, answer.objections(given));
        return answered.passed() ? Verdict.of(Cause.CITATION_WRONG, objections(citations)) : answered;
    }

    private List<String> objections(List<Citation> citations) {
        var objections = new ArrayList<String>();
        for (Citation citation : citations) {
            String source = outcomes.getOrDefault(citation.subtaskId(), "");
            if (!Words.of(source).contain(Words.of(citation.quote()))) {
                objections.add("'%s' does not say '%s'".formatted(citation.subtaskId(), citation.quote()));
            }
        }
        new TreeMap<>(cited).forEach((subtask, alternatives) -> {
            boolean isCited = citations.stream()
                    .anyMatch(each -> each.subtaskId().equals(subtask)
                            && Words.of(each.quote()).have(alternatives));
            if (!isCited) {
                objections.add("no citation of '%s' says '%s'".formatted(subtask, alternatives));
            }
        });
        if (!objections.isEmpty()) {
            objections.add("the citations are %s".formatted(citations));
        }
        return objections;
    }
}
