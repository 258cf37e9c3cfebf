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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The inputs of a bulk run that have come and have not begun, in their order. Belongs to a workflow. */
final class BulkPending<I> {
    /**
     * An input that has not begun.
     *
     * @param input null if it cannot be read
     * @param unfit why not
     */
    record Waiting<I>(Wire.BulkInput sent, @Nullable I input, String unfit) {
        long index() {
            return sent.index();
        }

        String key() {
            return sent.key();
        }
    }

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
            ask(carry.pending().stream().map(this::read).toList());
        }
    }

    /** Takes what follows on the inputs that it has; the others it knows, because they were sent twice. */
    void take(Wire.BulkInputs more) {
        var read = new ArrayList<Waiting<I>>();
        for (Wire.BulkInput each : more.inputs()) {
            if (each.index() == taken) {
                taken++;
                parts.admitted(each.key());
                read.add(read(each));
            }
        }
        ask(read);
        isEnd |= more.isEnd();
    }

    private Waiting<I> read(Wire.BulkInput each) {
        if (!each.unfit().isEmpty()) {
            return new Waiting<>(each, null, each.unfit());
        }
        try {
            return new Waiting<>(each, type.inputType().read(each.input()), "");
        } catch (JsonException unfit) {
            return new Waiting<>(each, null, String.valueOf(unfit.getMessage()));
        }
    }

    /** Asks for the worst cases of their first calls, all at once. */
    private void ask(List<Waiting<I>> more) {
        List<I> fit =
                more.stream().flatMap(each -> Stream.ofNullable(each.input())).toList();
        if (!fit.isEmpty()) {
            quotes.askAll(type, fit, type.isModelWork() ? type.tiers().start() : Tier.NANO);
        }
        inputs.addAll(more);
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

    /** How many of them wait no longer. */
    long begun() {
        return taken - inputs.size();
    }

    /** Whether no other ones come. */
    boolean isEnd() {
        return isEnd;
    }

    /** Ends them all: the run has stopped. */
    void giveUp() {
        while (!inputs.isEmpty()) {
            Waiting<I> next = inputs.remove();
            if (next.input() != null) {
                quotes.forget(next.input());
            }
            parts.notStarted(next.index(), next.key());
        }
    }

    List<Wire.BulkInput> toCarry() {
        return inputs.stream().map(Waiting::sent).toList();
    }
}
