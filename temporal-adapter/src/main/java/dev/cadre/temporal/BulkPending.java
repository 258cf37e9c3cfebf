// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.EngineBulk;
import dev.cadre.json.JsonException;
import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The inputs of a bulk run that have come and have not begun, in their order. Belongs to a workflow. */
final class BulkPending<I> {
    /** An input that has not begun. */
    record Waiting<I>(long index, String key, String json, I input) {}

    private final EngineBulk<I, ?> parts;
    private final SubtaskType<I, ?> type;
    private final RecordedQuotes quotes;
    private final Deque<Waiting<I>> inputs = new ArrayDeque<>();
    private long taken;
    private boolean isEnd;

    /** @param carry what an earlier history leaves; null in the first one */
    BulkPending(EngineBulk<I, ?> parts, RecordedQuotes quotes, Wire.@Nullable BulkCarry carry) {
        this.parts = parts;
        this.quotes = quotes;
        type = parts.type();
        if (carry != null) {
            taken = carry.next();
            isEnd = carry.isInputEnded();
            ask(carry.pending().stream()
                    .map(each -> read(each.index(), each.key(), each.input()))
                    .toList());
        }
    }

    /** Takes what follows on the inputs that it has; the others it knows, because they were sent twice. */
    void take(Wire.BulkInputs more) {
        var read = new ArrayList<Waiting<I>>();
        for (Wire.BulkInput each : more.inputs()) {
            if (each.index() == taken) {
                taken++;
                parts.admitted(each.key());
                readable(each, read);
            }
        }
        ask(read);
        isEnd |= more.isEnd();
    }

    private void readable(Wire.BulkInput each, List<Waiting<I>> into) {
        if (!each.unfit().isEmpty()) {
            parts.unread(each.index(), each.key(), each.unfit());
            return;
        }
        try {
            into.add(read(each.index(), each.key(), each.input()));
        } catch (JsonException unfit) {
            parts.unread(each.index(), each.key(), String.valueOf(unfit.getMessage()));
        }
    }

    private Waiting<I> read(long index, String key, String json) {
        return new Waiting<>(index, key, json, type.inputType().read(json));
    }

    /** Asks for the worst cases of their first calls, all at once. */
    private void ask(List<Waiting<I>> more) {
        if (!more.isEmpty()) {
            Tier tier = type.isModelWork() ? type.tiers().start() : Tier.NANO;
            quotes.askAll(type, more.stream().map(Waiting::input).toList(), tier);
            inputs.addAll(more);
        }
    }

    int size() {
        return inputs.size();
    }

    Waiting<I> next() {
        return inputs.remove();
    }

    /** How many inputs have come. */
    long taken() {
        return taken;
    }

    /** Whether no other ones come. */
    boolean isEnd() {
        return isEnd;
    }

    /** Ends them all: the run has stopped. */
    void giveUp() {
        while (!inputs.isEmpty()) {
            Waiting<I> next = inputs.remove();
            quotes.forget(next.input());
            parts.notStarted(next.index(), next.key());
        }
    }

    List<Wire.BulkInput> toCarry() {
        return inputs.stream()
                .map(each -> new Wire.BulkInput(each.index(), each.key(), each.json(), ""))
                .toList();
    }
}
