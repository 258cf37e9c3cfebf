// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallOptions;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.Turn;
import dev.cadre.prompt.Prompt;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.task.Work;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a worker's model reads. Everything that is the same for all subtasks of a type comes first, so that a provider's
 * prompt cache can serve it; everything that came from elsewhere is JSON between delimiters that it cannot close.
 */
final class RungPrompt {
    static final int MAX_EVIDENCE_CHARS = 16_000;

    private RungPrompt() {}

    /**
     * The request of the first call.
     *
     * @param inputJson the input as JSON
     * @param attachments what goes with it
     * @param evidence what an earlier attempt answered; empty if there was none
     * @param mostOutputTokens the longest output of the model
     */
    static ModelRequest first(
            SubtaskType<?, ?> type,
            Work.Model<?, ?> work,
            String inputJson,
            List<Attachment> attachments,
            String evidence,
            String model,
            long mostOutputTokens,
            Limits limits) {
        var output = type.outputType();
        return new ModelRequest(
                model,
                Prompt.WORK.with(work.instructions()) + shown(type) + shared(work.sharedContext()) + artifacts(work),
                List.of(new Turn.User(input(inputJson) + evidence(evidence), attachments)),
                work.tools().stream().map(Tool::spec).toList(),
                new OutputFormat.JsonSchema(output.schemaName(), output.schema()),
                Math.min(work.maxOutputTokens().orElse(limits.workerOutputTokens()), mostOutputTokens),
                work.effort().orElse(limits.effort()),
                work.serviceTier(),
                CallOptions.NONE
                        .withSampling(work.sampling())
                        .withVerbosity(work.verbosity())
                        .withProviderTools(work.providerTools(), work.maxProviderCalls()));
    }

    private static String shown(SubtaskType<?, ?> type) {
        return type.inputType().holdsAttachments() ? "\n\n" + Prompt.WORK_SHOWN.with() : "";
    }

    private static String shared(String context) {
        if (context.isEmpty()) {
            return "";
        }
        return "\n\n" + Prompt.WORK_CONTEXT.with(enclosed(new Json.Str(context).write()));
    }

    /** Not the same for all subtasks of a type, and so behind what is. */
    private static String artifacts(Work.Model<?, ?> work) {
        return work.artifacts().isNone() ? "" : "\n\n" + Prompt.WORK_ARTIFACTS.with();
    }

    private static String input(String json) {
        return "<input>\n" + enclosed(json) + "\n</input>";
    }

    private static String evidence(String evidence) {
        if (evidence.isEmpty()) {
            return "";
        }
        return "\n\n" + Prompt.WORK_EARLIER_ATTEMPT.with(enclosed(evidence));
    }

    /** JSON allows a slash to be escaped, so no string in it can spell the closing delimiter. */
    private static String enclosed(String json) {
        return json.replace("</", "<\\/");
    }

    /** What the next tier is shown of an answer that was not accepted. */
    static String evidenceOf(String answer, String trouble) {
        return Json.obj()
                .with("answer", Excerpt.cut(answer, MAX_EVIDENCE_CHARS))
                .with("not_accepted_because", trouble)
                .write();
    }

    static Turn.User repair(List<String> defects) {
        return new Turn.User(Prompt.WORK_REPAIR.with(
                defects.stream().map(defect -> "\n- " + defect).collect(Collectors.joining())));
    }
}
