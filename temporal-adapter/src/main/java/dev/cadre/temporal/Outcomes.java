// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Outcomes as they travel. */
final class Outcomes {
    private static final String SUCCEEDED = "SUCCEEDED";
    private static final String FAILED = "FAILED";
    private static final String SKIPPED = "SKIPPED";

    private Outcomes() {}

    /** @param form that of the subtask's output, or of each item's */
    static Wire.Result of(Outcome<?> outcome, JsonType<?> form) {
        return switch (outcome) {
            case Outcome.Succeeded<?>(Items<?>(List<? extends Outcome<?>> outcomes, List<Integer> groups)) ->
                result(SUCCEEDED, null, items(outcomes, form), groups, "", "", List.of());
            case Outcome.Succeeded<?>(Object value) ->
                result(SUCCEEDED, Ends.write(form, value), null, List.of(), "", "", List.of());
            case Outcome.Failed<?>(Failure failure) ->
                result(FAILED, null, null, List.of(), failure.kind().name(), failure.message(), List.of());
            case Outcome.Skipped<?>(Skip skip) ->
                result(SKIPPED, null, null, List.of(), skip.kind().name(), skip.message(), skip.because());
        };
    }

    private static List<Wire.Result> items(List<? extends Outcome<?>> outcomes, JsonType<?> form) {
        return outcomes.stream().map(each -> of(each, form)).toList();
    }

    private static Wire.Result result(
            String status,
            @Nullable String value,
            @Nullable List<Wire.Result> items,
            List<Integer> groups,
            String kind,
            String message,
            List<String> because) {
        return new Wire.Result(status, value, items, groups, kind, message, because);
    }

    /**
     * An outcome that came back.
     *
     * @throws IllegalStateException if it is none that this version knows
     */
    static Outcome<Object> read(Wire.Result result, JsonType<?> form) {
        return switch (result.status()) {
            case SUCCEEDED -> new Outcome.Succeeded<>(value(result, form));
            case FAILED -> new Outcome.Failed<>(new Failure(Failure.Kind.valueOf(result.kind()), result.message()));
            case SKIPPED ->
                new Outcome.Skipped<>(new Skip(Skip.Kind.valueOf(result.kind()), result.message(), result.because()));
            default ->
                throw new IllegalStateException("an outcome is '%s', which is unknown".formatted(result.status()));
        };
    }

    private static Object value(Wire.Result result, JsonType<?> form) {
        return result.items() == null
                ? form.read(Objects.requireNonNull(result.value()))
                : new Items<>(
                        result.items().stream().map(each -> read(each, form)).toList(), result.groups());
    }
}
