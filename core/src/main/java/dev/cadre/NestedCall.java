// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.json.JsonException;
import dev.cadre.record.RunIdentity;
import dev.cadre.run.Nesting;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.JsonTypeException;
import dev.cadre.task.WorkerContext;
import dev.cadre.worker.RungTask;
import java.util.Locale;
import java.util.Optional;

/**
 * What starts a nested run, and the key that tells its run apart in the journal. The run of a subtask is one, however often
 * its code is called. Each call of a tool has a run of its own: of calls with the same arguments the first in a session
 * goes on with the first one's run of an earlier session, the second with the second's, and so on; an escalated rung
 * begins anew.
 */
final class NestedCall {
    private final WorkerContext context;
    private final RunIdentity.NestedPlace place;
    private int number;

    private NestedCall(WorkerContext context, RunIdentity.NestedPlace place, int number) {
        this.context = context;
        this.place = place;
        this.number = number;
    }

    /** @param input the input as canonical JSON */
    static NestedCall ofSubtask(WorkerContext context, String input) {
        return new NestedCall(context, new RunIdentity.NestedPlace(context.workId(), "", input), 1);
    }

    /** @param arguments the arguments as canonical JSON */
    static NestedCall ofTool(WorkerContext context, String tool, String arguments) {
        String rung = work(context)
                .filter(RungTask::isEscalated)
                .map(work -> " on " + work.tier().name().toLowerCase(Locale.ROOT))
                .orElse("");
        var place = new RunIdentity.NestedPlace(context.workId(), tool + rung, arguments);
        var call = new NestedCall(context, place, 0);
        call.takeNextNumber();
        return call;
    }

    /** The input of a subtask as canonical JSON, if its type is not at hand: of the input's class, else of the subtask. */
    static String written(WorkerContext context, Object input) {
        try {
            return written(JsonType.of(input.getClass()), input);
        } catch (JsonTypeException | JsonException generic) {
            return work(context).map(RungTask::inputJson).orElse("");
        }
    }

    private static <I> String written(JsonType<I> type, Object input) {
        return type.canonical(type.rawType().cast(input));
    }

    private static Optional<RungTask> work(WorkerContext context) {
        return context.outer() instanceof Nesting known ? known.work() : Optional.empty();
    }

    /** The run of this number is under way: another one that is alike. */
    void takeNextNumber() {
        number = !place.tool().isEmpty() && context.outer() instanceof Nesting rung ? rung.next(place) : number + 1;
    }

    /** What the run was started with, as canonical JSON. */
    String input() {
        return place.input();
    }

    /** @param own the key of the coordinator of the nested run; empty if it has none */
    String key(String own) {
        return RunIdentity.nestedKey(context.runId(), place, number, own);
    }
}
