// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.model.ModelException;
import dev.cadre.price.Money;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The ends of rungs as they travel. The exception behind a failure stays in the process of the activity, unless it is a
 * model's that all rungs share.
 */
final class Ends {
    private Ends() {}

    /** Values are written by the type that will read them, so that one which does not fit fails here. */
    static Wire.End of(RungEnd end, SubtaskType<?, ?> type) {
        return switch (end) {
            case RungEnd.Accepted(Object value) ->
                end("Accepted", write(type.outputType(), value), "", "", "", 0, true, null);
            case RungEnd.Rejected(Failure failure, String evidence) ->
                end("Rejected", null, failure.kind().name(), failure.message(), evidence, 0, true, null);
            case RungEnd.Failed failed -> {
                Failure failure = failed.failure();
                yield end(
                        "Failed", null, failure.kind().name(), failure.message(), "", 0, true, Outages.shared(failed));
            }
            case RungEnd.Unaffordable(Money needed) ->
                end("Unaffordable", null, "", "", "", needed.picoUsd(), false, null);
            case RungEnd.Refused(Skip skip, @Nullable ModelException because) ->
                end("Refused", null, skip.kind().name(), skip.message(), "", 0, false, Outages.of(because));
            case RungEnd.Cancelled(boolean begun, String place) ->
                end("Cancelled", null, "", place, "", 0, begun, null);
        };
    }

    private static Wire.End end(
            String type,
            @Nullable String value,
            String kind,
            String message,
            String evidence,
            long needed,
            boolean begun,
            Wire.@Nullable Outage outage) {
        return new Wire.End(type, value, kind, message, evidence, needed, begun, outage);
    }

    /**
     * An end that came back.
     *
     * @throws IllegalStateException if it is none that this version knows
     */
    static RungEnd read(Wire.End end, SubtaskType<?, ?> type) {
        return switch (end.type()) {
            case "Accepted" -> new RungEnd.Accepted(type.outputType().read(Objects.requireNonNull(end.value())));
            case "Rejected" -> new RungEnd.Rejected(failure(end), end.evidence());
            case "Failed" -> {
                ModelException cause = Outages.read(end.outage());
                yield new RungEnd.Failed(
                        cause == null ? failure(end) : failure(end).causedBy(cause));
            }
            case "Unaffordable" -> new RungEnd.Unaffordable(Money.ofPico(end.needed()));
            case "Refused" ->
                new RungEnd.Refused(
                        new Skip(Skip.Kind.valueOf(end.kind()), end.message(), List.of()), Outages.read(end.outage()));
            case "Cancelled" -> new RungEnd.Cancelled(end.begun(), end.message());
            default -> throw new IllegalStateException("a rung ended as '%s', which is unknown".formatted(end.type()));
        };
    }

    private static Failure failure(Wire.End end) {
        return new Failure(Failure.Kind.valueOf(end.kind()), end.message());
    }

    static <T> String write(JsonType<T> form, Object value) {
        return form.write(form.rawType().cast(value));
    }
}
