// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.Attachment;
import dev.cadre.model.Sampling;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolSpec;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.task.WorkKind;
import java.util.List;

/** The kinds of work in a simulated world, one for every way up and down the tiers. */
public final class SimTypes {
    /** An answer below it is accepted by no rule. */
    public static final int PASSING_SCORE = 50;

    /** The input of every kind of work. */
    public record Question(String text) {}

    /** The output of every kind of work. */
    public record Finding(String text, int score) {
        private static final String WRONG = "wrong";

        /** What a model answers that is known to be right, or not. */
        public static Finding of(boolean right, boolean accepted) {
            return new Finding(right ? "right" : WRONG, accepted ? PASSING_SCORE : 0);
        }

        /** As a model writes it. */
        public String json() {
            return "{\"text\":\"" + text + "\",\"score\":" + score + "}";
        }

        boolean isRight() {
            return !text.equals(WRONG);
        }
    }

    /** The name of a pool of another provider. */
    static final String ELSEWHERE = "elsewhere";

    /** The name of the kind of work that starts where it is suggested. */
    static final String SUITED = "suited";

    private static final Attachment PICTURE = Attachment.Image.of("image/png", new byte[] {1, 2, 3});

    /** A tool that only reads. */
    public static final Tool READ = tool("look_up");

    private static final Tool WRITE = tool("write_down").writing(Tool.Effect.WRITES);

    static final SubtaskType<Question, Finding> NOTE = model("note");

    static final SubtaskType<Question, Finding> SHORT_NOTE = model("short-note").maxOutputTokens(200);

    static final Money ALLOTMENT = Money.usd("0.002");

    /** A run within the run. */
    static final SubtaskType<Question, Finding> NESTING = SubtaskType.code(
                    "nesting",
                    Question.class,
                    Finding.class,
                    (question, context) -> new Finding("nested: " + question.text(), PASSING_SCORE))
            .spendingUpTo(ALLOTMENT);

    /** In no order; a graph draws from it. */
    static final List<SubtaskType<Question, Finding>> ALL = List.of(
            NOTE,
            judged("rising").between(Tier.NANO, Tier.MINI).upTo(Tier.FLAGSHIP).maxOutputTokens(400),
            judged("best").startingAt(Tier.MINI).upTo(Tier.FLAGSHIP),
            judged("falling").startingAt(Tier.FLAGSHIP).notBelow(Tier.NANO).maxOutputTokens(1_000),
            judged("either").startingAt(Tier.MINI).upTo(Tier.FLAGSHIP).notBelow(Tier.NANO),
            judged("elsewhere").onPool(Tier.NANO, ELSEWHERE).upTo(Tier.MINI),
            judged("searching").upTo(Tier.MINI).tools(READ),
            judged("writing").upTo(Tier.MINI).tools(READ, WRITE),
            judged("seeing").upTo(Tier.MINI).attaching(question -> List.of(PICTURE)),
            judged(SUITED)
                    .suitedTo(WorkKind.MULTI_STEP_TOOLS)
                    .upTo(Tier.FLAGSHIP)
                    .sampling(Sampling.ofTemperature(0.3)),
            NESTING,
            SubtaskType.code(
                    "code",
                    Question.class,
                    Finding.class,
                    (question, context) -> new Finding("code of " + question.text(), PASSING_SCORE)));

    private SimTypes() {}

    private static SubtaskType<Question, Finding> model(String name) {
        return SubtaskType.model(name, Question.class, Finding.class, "Answer the question and score your answer.");
    }

    private static SubtaskType<Question, Finding> judged(String name) {
        return model(name).accept("the score is high enough", (question, finding) -> finding.score() >= PASSING_SCORE);
    }

    private static Tool tool(String name) {
        return Tool.raw(new ToolSpec(name, "Reads or writes.", "{\"type\":\"object\"}"), (arguments, context) -> {
            throw new IllegalStateException("the simulator says what tools bring; it never runs them");
        });
    }
}
