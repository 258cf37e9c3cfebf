// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.merge.Citation;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.schedule.PartWork;
import dev.cadre.schedule.RunInput;
import dev.cadre.schema.JsonType;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** Merges as they travel. */
final class Merges {
    private Merges() {}

    static List<Wire.Typed> outcomes(List<SubtaskOutcome> outcomes) {
        return outcomes.stream()
                .map(each -> new Wire.Typed(
                        each.id(),
                        each.type().name(),
                        Outcomes.of(each.outcome(), each.type().outputType())))
                .toList();
    }

    static List<SubtaskOutcome> read(List<Wire.Typed> outcomes, Function<String, SubtaskType<?, ?>> types) {
        return outcomes.stream()
                .map(each -> {
                    SubtaskType<?, ?> type = types.apply(each.type());
                    return new SubtaskOutcome(each.id(), type, Outcomes.read(each.result(), type.outputType()));
                })
                .toList();
    }

    // --- answers

    static Wire.Made made(Merged<?> merged, JsonType<?> form) {
        return new Wire.Made(
                Ends.write(form, merged.answer()),
                merged.citations().stream()
                        .map(each -> new Wire.Cited(each.subtaskId(), each.quote()))
                        .toList(),
                merged.notes());
    }

    static Merged<?> read(Wire.Made made, JsonType<?> form) {
        return new Merged<Object>(
                form.read(made.answer()),
                made.citations().stream()
                        .map(each -> new Citation(each.subtask(), each.quote()))
                        .toList(),
                made.notes());
    }

    // --- how merging ended

    static Wire.MergeDone done(int number, RunInput end, JsonType<?> form, Wire.Books books) {
        return switch (end) {
            case RunInput.MergeEnded(Merged<?> merged, RunInput.Judgement judgement) ->
                new Wire.MergeDone(
                        number,
                        "MergeEnded",
                        made(merged, form),
                        judgement.getClass().getSimpleName(),
                        words(judgement),
                        null,
                        books);
            case RunInput.MergeFailed(var failure) ->
                new Wire.MergeDone(number, "MergeFailed", null, "", "", Faults.of(failure), books);
            case RunInput.Awaited(String who, String what) ->
                new Wire.MergeDone(number, "Awaited", null, "", what, null, books);
            default -> throw new IllegalStateException("merging ended as " + end);
        };
    }

    private static String words(RunInput.Judgement judgement) {
        return switch (judgement) {
            case RunInput.Judgement.Accepted accepted -> "";
            case RunInput.Judgement.Rejected(String rule) -> rule;
            case RunInput.Judgement.Unjudged(String why) -> why;
        };
    }

    static RunInput end(Wire.MergeDone done, JsonType<?> form) {
        return switch (done.end()) {
            case "MergeEnded" ->
                new RunInput.MergeEnded(read(Objects.requireNonNull(done.made()), form), judgement(done));
            case "MergeFailed" -> new RunInput.MergeFailed(Faults.read(done.fault()));
            case "Awaited" -> new RunInput.Awaited(PartWork.MERGER, done.what());
            default -> throw new IllegalStateException("merging ended as '%s', which is unknown".formatted(done.end()));
        };
    }

    private static RunInput.Judgement judgement(Wire.MergeDone done) {
        return switch (done.judgement()) {
            case "Accepted" -> new RunInput.Judgement.Accepted();
            case "Rejected" -> new RunInput.Judgement.Rejected(done.what());
            case "Unjudged" -> new RunInput.Judgement.Unjudged(done.what());
            default ->
                throw new IllegalStateException(
                        "an answer was judged as '%s', which is unknown".formatted(done.judgement()));
        };
    }
}
