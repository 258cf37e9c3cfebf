// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.prompt.Prompt;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.JsonTypeException;
import dev.cadre.schema.ListSchema;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import dev.cadre.worker.Attached;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A type of which several inputs go into one call: what the call is given, and how its answer is taken apart. Items are
 * numbered from 1 within their call: a key of the user never reaches the model. Immutable.
 */
final class PackedType<I, O> {
    private static final String NUMBER = "number";
    private static final String INPUT = "input";
    private static final String ANSWERS = "answers";
    private static final String ANSWER = "answer";

    private final SubtaskType<I, O> type;
    private final SubtaskType<Json, Json> call;
    private final long tokensEach;

    private PackedType(SubtaskType<I, O> type, SubtaskType<Json, Json> call, long tokensEach) {
        this.type = type;
        this.call = call;
        this.tokensEach = tokensEach;
    }

    /** @throws IllegalArgumentException if an item of the type is more than a text in and an answer out; it says why */
    static <I, O> PackedType<I, O> of(SubtaskType<I, O> type, Limits limits) {
        if (!(type.work() instanceof Work.Model<I, O> work)) {
            throw refused(type, "it is plain code");
        }
        if (!work.tools().isEmpty() || !work.providerTools().isEmpty()) {
            throw refused(type, "it has tools");
        }
        if (Attached.isNeededBy(type)) {
            throw refused(type, "it sends pictures or files along");
        }
        JsonType<Json> answers;
        try {
            answers = JsonType.shownAs(ListSchema.of(ANSWERS, NUMBER, ANSWER, type.outputType()));
        } catch (JsonTypeException tooLarge) {
            throw refused(type, "in a list, " + tooLarge.getMessage());
        }
        var call = SubtaskType.loose(type.name(), answers, Prompt.WORK_PACK.with(work.instructions()))
                .startingAt(type.tiers().start())
                .notBelow(type.tiers().floor())
                .serviceTier(work.serviceTier())
                .verbosity(work.verbosity())
                .sampling(work.sampling())
                .effort(work.effort().orElse(limits.effort()));
        for (var pool : type.tiers().pools().entrySet()) {
            call = call.onPool(pool.getKey(), pool.getValue());
        }
        return new PackedType<>(
                type,
                work.sharedContext().isEmpty() ? call : call.sharing(work.sharedContext()),
                work.maxOutputTokens().orElse(limits.workerOutputTokens()));
    }

    private static IllegalArgumentException refused(SubtaskType<?, ?> type, String why) {
        return new IllegalArgumentException(
                "items of subtask type '%s' cannot be packed: %s".formatted(type.name(), why));
    }

    /** One call for so many items, with a cap for each of them; the model's own limit bounds the sum. */
    SubtaskType<Json, Json> call(int items) {
        return call.maxOutputTokens(tokensEach > Long.MAX_VALUE / items ? Long.MAX_VALUE : tokensEach * items);
    }

    /** An input as it is sent; empty if it cannot be written, and then it fails by itself. */
    Optional<Json> written(I input) {
        try {
            return Optional.of(type.inputType().toJson(input));
        } catch (JsonException | ClassCastException unfit) {
            return Optional.empty();
        }
    }

    /** What the model is given of these inputs, numbered from 1. */
    static Json input(List<Json> inputs) {
        var items = new ArrayList<Json>();
        for (Json input : inputs) {
            items.add(Json.obj().with(NUMBER, items.size() + 1).with(INPUT, input));
        }
        return new Json.Arr(items);
    }

    /**
     * The answer of each item, in order: empty for an item that has none, several, or one that does not fit the type, and
     * for all if the reply has no such list. Numbers that no item has are passed over.
     */
    List<Optional<O>> answers(Json reply, int items) {
        var answers = new ArrayList<Optional<O>>();
        for (int item = 0; item < items; item++) {
            answers.add(Optional.empty());
        }
        Set<Integer> seen = new HashSet<>();
        Json list = reply instanceof Json.Obj object ? object.at(ANSWERS).orElse(Json.Null.NULL) : reply;
        for (Json each : list instanceof Json.Arr(List<Json> all) ? all : List.<Json>of()) {
            OptionalInt place = place(each, items);
            if (place.isPresent()) {
                int item = place.getAsInt();
                answers.set(item, seen.add(item) ? read((Json.Obj) each) : Optional.empty());
            }
        }
        return answers;
    }

    private static OptionalInt place(Json answer, int items) {
        return answer instanceof Json.Obj object
                        && object.at(NUMBER).orElse(Json.Null.NULL) instanceof Json.Num(BigDecimal number)
                        && number.signum() > 0
                        && number.compareTo(BigDecimal.valueOf(items)) <= 0
                        && number.stripTrailingZeros().scale() <= 0
                ? OptionalInt.of(number.intValue() - 1)
                : OptionalInt.empty();
    }

    private Optional<O> read(Json.Obj answer) {
        try {
            JsonType<O> output = type.outputType();
            return answer.at(ANSWER).map(output::read);
        } catch (JsonMismatchException unfit) {
            return Optional.empty();
        }
    }
}
