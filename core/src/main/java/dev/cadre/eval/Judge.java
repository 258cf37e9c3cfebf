// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.json.Json;
import dev.cadre.model.Tier;
import dev.cadre.prompt.Prompt;
import dev.cadre.task.SubtaskType;

/**
 * A model that says whether an answer is good: a bulk run of its own over the answers of a candidate.
 *
 * @param type from an object with input, expected answer and answer to a verdict
 */
record Judge(SubtaskType<Json, Json.Obj> type) {
    private static final String GOOD = "good";
    private static final String WHY = "why";

    private static final String SCHEMA = """
            {"type": "object",
             "properties": {"why": {"type": "string", "description": "one sentence"}, "good": {"type": "boolean"}},
             "required": ["why", "good"],
             "additionalProperties": false}""";

    static Judge of(Tier tier, String criterion) {
        return new Judge(
                SubtaskType.json("judge", SCHEMA, Prompt.JUDGE.with(criterion)).startingAt(tier));
    }

    static Json question(Json input, Json expected, Json answer) {
        return Json.obj().with("input", input).with("expected", expected).with("answer", answer);
    }

    static boolean isGood(Json.Obj said) {
        return said.bool(GOOD);
    }

    static Scorer.Fault fault(Json.Obj said) {
        return new Scorer.Fault("", "the judge: " + said.string(WHY));
    }
}
