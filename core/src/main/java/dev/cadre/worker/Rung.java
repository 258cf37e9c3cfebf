// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Turn;
import dev.cadre.redact.Thrown;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.Skip;
import dev.cadre.task.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what happens on one rung: call, run tools, check, repair, accept, give up.
 *
 * <p>A truncated reply is never read, but asked for once more with a doubled cap; an answer of the wrong shape is
 * repaired once; tools outside the type's list are never run; and once a tool that writes may have run, the rung ends
 * with a value or with {@link Failure.Kind#EFFECT_UNKNOWN}, so that nobody repeats it.
 *
 * <p>Pure: the next command follows from the events alone. It has no threads, no clock and no I/O, calls nothing but
 * the type's rules, and is not safe for use by many threads. Public for those who drive it elsewhere, such as a
 * simulator or a workflow; carries no compatibility promise.
 */
public final class Rung {
    private enum State {
        NEW,
        CALLING,
        RUNNING_TOOLS,
        ENDED
    }

    private final RungTask task;
    private final JsonType<?> output;
    private final ToolLoop tools;
    private final long mostOutputTokens;
    private final List<Turn> turns;
    private ModelRequest request;
    private State state = State.NEW;
    private boolean sent;
    private boolean extended;
    private boolean repaired;
    /** What was wrong with the last answer, if that is why the model is asked once more; else empty. */
    private String defect = "";

    private Rung(RungTask task, ModelRequest first, ToolLoop tools, long mostOutputTokens) {
        this.task = task;
        this.output = task.type().outputType();
        this.request = first;
        this.turns = new ArrayList<>(first.turns());
        this.tools = tools;
        this.mostOutputTokens = mostOutputTokens;
    }

    /**
     * A rung that has not begun.
     *
     * @param model the provider's id of the tier's model
     * @param mostOutputTokens the longest output of that model; no cap goes beyond it
     * @throws JsonException if the input does not fit its type, or its attachments cannot be made
     * @throws IllegalArgumentException if the type is plain code
     */
    public static Rung of(RungTask task, String model, long mostOutputTokens, Limits limits) {
        Work.Model<?, ?> work = modelWork(task);
        ModelRequest first = RungPrompt.first(
                task.type(),
                work,
                task.shownInput(),
                task.attachments(),
                task.evidence(),
                model,
                mostOutputTokens,
                limits);
        return new Rung(task, first, new ToolLoop(work, limits.tools()), mostOutputTokens);
    }

    private static Work.Model<?, ?> modelWork(RungTask task) {
        if (task.type().work() instanceof Work.Model<?, ?> model) {
            return model;
        }
        throw new IllegalArgumentException(
                "subtask type '%s' is plain code".formatted(task.type().name()));
    }

    /**
     * What follows from an event.
     *
     * @throws IllegalStateException if the event does not answer the last command
     */
    public RungCommand on(RungEvent event) {
        return switch (event) {
            case RungEvent.Begin begin -> {
                require(State.NEW, event);
                yield call();
            }
            case RungEvent.Replied(ModelReply reply) -> {
                require(State.CALLING, event);
                sent = true;
                yield reply(reply);
            }
            case RungEvent.CallFailed(ModelException cause) -> {
                require(State.CALLING, event);
                var failure = new Failure(Failure.Kind.MODEL_FAILED, Excerpt.line(cause));
                yield end(RungEnd.Failed.of(failure.causedBy(cause)));
            }
            case RungEvent.ClientBroke(Throwable thrown) -> {
                require(State.CALLING, event);
                var place = "the client of model '%s'".formatted(request.model());
                yield end(RungEnd.Failed.of(Failure.thrown(Failure.Kind.MODEL_FAILED, thrown, place)));
            }
            case RungEvent.CallUnaffordable unaffordable -> {
                require(State.CALLING, event);
                yield unaffordable(unaffordable);
            }
            case RungEvent.BudgetClosed(String message, boolean attempted) -> {
                require(State.CALLING, event);
                yield sent || attempted
                        ? fail(Failure.Kind.BUDGET, withDefect(message))
                        : end(refused(Skip.Kind.BUDGET, message, null));
            }
            case RungEvent.PoolHeld(String message, ModelException because, boolean attempted) -> {
                require(State.CALLING, event);
                yield end(
                        sent || attempted
                                ? RungEnd.Failed.of(
                                        new Failure(Failure.Kind.MODEL_FAILED, withDefect(message)).causedBy(because))
                                : refused(Skip.Kind.PAUSED, message, because));
            }
            case RungEvent.ToolsEnded(List<ToolEnd> ends) -> {
                require(State.RUNNING_TOOLS, event);
                yield answerTools(ends);
            }
            case RungEvent.TimeUp(String message, boolean attempted) ->
                sent || attempted
                        ? fail(Failure.Kind.DEADLINE, withDefect(message))
                        : end(refused(Skip.Kind.DEADLINE, message, null));
            case RungEvent.Interrupted(boolean attempted) -> end(new RungEnd.Cancelled(sent || attempted));
        };
    }

    private void require(State expected, RungEvent event) {
        if (state != expected) {
            throw new IllegalStateException("%s came while the rung was %s".formatted(event, state));
        }
    }

    private RungCommand call() {
        var kind = sent
                ? CallPurpose.Kind.REPAIR
                : task.isEscalated() ? CallPurpose.Kind.ESCALATION : CallPurpose.Kind.WORK;
        request = request.withTurns(turns);
        state = State.CALLING;
        return new RungCommand.Call(request, kind);
    }

    private RungCommand reply(ModelReply reply) {
        return switch (reply.finish()) {
            case TRUNCATED -> extend(reply);
            case REFUSED -> fail(Failure.Kind.REFUSED, "the model refused: " + Excerpt.quoted(reply.text()));
            case FILTERED -> fail(Failure.Kind.FILTERED, "the provider's content filter stopped the answer");
            case TOOL_CALLS -> runTools(reply);
            case COMPLETE -> check(reply);
        };
    }

    /** The same question with twice the room: a cut answer is worth nothing, and half of it misleads a repair. */
    private RungCommand extend(ModelReply reply) {
        long cap = request.maxOutputTokens();
        if (extended || cap >= mostOutputTokens) {
            return reject(Failure.Kind.TRUNCATED, SingleCall.cut(reply, "%d tokens".formatted(cap)), reply);
        }
        extended = true;
        defect = SingleCall.cut(reply, "%d tokens".formatted(cap));
        request = request.withMaxOutputTokens(cap > mostOutputTokens / 2 ? mostOutputTokens : 2 * cap);
        return call();
    }

    private RungCommand runTools(ModelReply reply) {
        Optional<Failure> stop = tools.begin(reply.toolCalls());
        if (stop.isPresent()) {
            return reject(stop.get().kind(), stop.get().message(), reply);
        }
        defect = "";
        turns.add(Turn.Assistant.of(reply));
        if (tools.runs().isEmpty()) {
            return answerTools(List.of());
        }
        tools.started();
        state = State.RUNNING_TOOLS;
        return new RungCommand.RunTools(tools.runs());
    }

    private RungCommand answerTools(List<ToolEnd> ends) {
        for (ToolEnd end : ends) {
            if (end instanceof ToolEnd.NotApproved(String message)) {
                return fail(Failure.Kind.NOT_APPROVED, message);
            }
        }
        Optional<Failure> unknown = tools.unknownEffect(ends);
        if (unknown.isPresent()) {
            return end(RungEnd.Failed.of(unknown.get()));
        }
        turns.addAll(tools.results(ends));
        return call();
    }

    private RungCommand check(ModelReply reply) {
        Object value;
        try {
            value = output.read(reply.text());
        } catch (JsonMismatchException mismatch) {
            return repair(reply, mismatch);
        } catch (Throwable broken) { // the code of a constructor
            Thrown.keepInterrupt(broken);
            return end(RungEnd.Failed.of(Failure.thrown(Failure.Kind.CODE_FAILED, broken, "the output type")));
        }
        return Acceptances.broken(task, value)
                .map(failure -> failure.kind() == Failure.Kind.NOT_ACCEPTED
                        ? reject(failure.kind(), failure.message(), reply)
                        : end(RungEnd.Failed.of(failure)))
                .orElseGet(() -> end(new RungEnd.Accepted(value)));
    }

    private RungCommand repair(ModelReply reply, JsonMismatchException mismatch) {
        if (repaired) {
            return reject(Failure.Kind.INVALID_OUTPUT, Excerpt.line(mismatch), reply);
        }
        repaired = true;
        defect = Excerpt.line(mismatch);
        if (!reply.text().isBlank()) {
            turns.add(Turn.Assistant.of(reply));
        }
        turns.add(RungPrompt.repair(mismatch.defects()));
        return call();
    }

    private RungCommand unaffordable(RungEvent.CallUnaffordable refusal) {
        return sent || refusal.attempted()
                ? fail(Failure.Kind.BUDGET, withDefect(refusal.message()))
                : end(new RungEnd.Unaffordable(refusal.need()));
    }

    /** The root cause comes first. */
    private String withDefect(String message) {
        return defect.isEmpty() ? message : "%s; %s".formatted(defect, message);
    }

    private static RungEnd refused(Skip.Kind kind, String message, @Nullable ModelException because) {
        return new RungEnd.Refused(new Skip(kind, message, List.of()), because);
    }

    private RungCommand reject(Failure.Kind kind, String message, ModelReply reply) {
        return end(new RungEnd.Rejected(
                new Failure(kind, message), RungPrompt.evidenceOf(reply.text(), kind + ": " + message)));
    }

    private RungCommand fail(Failure.Kind kind, String message) {
        return end(RungEnd.Failed.of(new Failure(kind, Excerpt.line(message))));
    }

    private RungCommand end(RungEnd end) {
        if (state == State.ENDED) {
            throw new IllegalStateException("the rung has ended already; now " + end);
        }
        state = State.ENDED;
        return new RungCommand.End(tools.written().isEmpty() ? end : withEffects(end));
    }

    private RungEnd withEffects(RungEnd end) {
        return switch (end) {
            case RungEnd.Accepted accepted -> accepted;
            case RungEnd.Rejected rejected -> effectUnknown(RungEnd.Failed.of(rejected.failure()));
            case RungEnd.Failed failed -> effectUnknown(failed);
            case RungEnd.Unaffordable(var needed) ->
                effectUnknown(RungEnd.Failed.of(new Failure(Failure.Kind.BUDGET, needed + " is not left")));
            case RungEnd.Refused refused -> effectUnknown(RungEnd.Failed.of(refused.failure()));
            case RungEnd.Cancelled cancelled ->
                effectUnknown(RungEnd.Failed.of(new Failure(Failure.Kind.CANCELLED, "interrupted")));
        };
    }

    private RungEnd effectUnknown(RungEnd.Failed end) {
        return RungEnd.Failed.of(end.failure()
                .as(
                        Failure.Kind.EFFECT_UNKNOWN,
                        "%s; the writing tool %s may have run before: see what it did, then tell UnknownEffect"
                                .formatted(end.failure(), String.join(", ", tools.written()))));
    }
}
