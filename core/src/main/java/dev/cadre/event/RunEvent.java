// SPDX-License-Identifier: Apache-2.0
package dev.cadre.event;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.Tier;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.redact.Redactor;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a run. No event holds a prompt or a key, but {@link RunStarted} holds the goal's text and
 * {@link SubtaskEnded} the outcome, which may be a model's.
 */
public sealed interface RunEvent {
    /** The run. */
    String runId();

    /** The time since the run's start. */
    Duration at();

    /**
     * The same event with the messages of failures, and the words of a provider, as a masker leaves them. Values, goals and
     * names of subtasks stay.
     */
    default RunEvent maskedBy(UnaryOperator<String> masker) {
        return switch (this) {
            case PlanEnded(var run, var at, int admitted, var defects) ->
                new PlanEnded(run, at, admitted, defects.stream().map(masker).toList());
            case RungEnded(var run, var at, var id, var tier, var failure) ->
                failure == null ? this : new RungEnded(run, at, id, tier, failure.maskedBy(masker));
            case AttemptEnded(var run, var at, Call call, CallEnd end, var spend, var times) ->
                new AttemptEnded(run, at, call.maskedBy(masker), end.maskedBy(masker), spend, times);
            case ToolFailed(var run, var at, var id, var tool, var thrown) ->
                new ToolFailed(run, at, id, tool, Redactor.SHAPES.with(masker).clean(thrown));
            case CodeRetried(var run, var at, var id, int failures, var delay, var thrown) ->
                new CodeRetried(
                        run,
                        at,
                        id,
                        failures,
                        delay,
                        Redactor.SHAPES.with(masker).clean(thrown));
            case BudgetBreached(var run, var at, var breach) -> new BudgetBreached(run, at, breach.maskedBy(masker));
            case Nested(var run, var at, var id, var event) -> new Nested(run, at, id, event.maskedBy(masker));
            case SubtaskEnded(var run, var at, var id, var outcome) ->
                new SubtaskEnded(run, at, id, outcome.maskedBy(masker));
            case RunStarted started -> started;
            case ModelShutsDown soon -> soon;
            case SubtaskAdmitted admitted -> admitted;
            case PlanningAgain again -> again;
            case RungStarted started -> started;
            case AttemptStarted started -> started;
            case CeilingLowered lowered -> lowered;
            case CodeSpent spent -> spent;
            case CacheHit hit -> hit;
            case Joined joined -> joined;
            case MergeStarted started -> started;
            case WorkAbandoned abandoned -> abandoned;
            case RunEnded ended -> ended;
        };
    }

    /** A run began. */
    record RunStarted(String runId, Duration at, String goal, Money limit) implements RunEvent {
        @Override
        public String toString() {
            return "RunStarted[runId=%s, goal=%s, limit=%s]".formatted(runId, Redactor.SHAPES.quote(goal), limit);
        }
    }

    /**
     * A model that the run may use will be shut down within {@link dev.cadre.price.ModelSpec#SHUTDOWN_NOTICE}: bind another
     * to its tiers. Told once for each model, when the run begins, if the pool has a calendar.
     *
     * @param day the first day without it
     * @param daysLeft the days until then, at least 1
     */
    record ModelShutsDown(String runId, Duration at, List<Tier> tiers, String model, LocalDate day, long daysLeft)
            implements RunEvent {}

    /**
     * A subtask was accepted into the running graph, for good.
     *
     * @param replaces the ids of the subtasks, and of items as {@code id#index}, in whose place it stands
     */
    record SubtaskAdmitted(
            String runId, Duration at, String subtaskId, String type, List<String> dependsOn, List<String> replaces)
            implements RunEvent {
        /** In nobody's place. */
        public SubtaskAdmitted(String runId, Duration at, String subtaskId, String type, List<String> dependsOn) {
            this(runId, at, subtaskId, type, dependsOn, List.of());
        }
    }

    /**
     * The planner is asked again, because of what did not succeed or because a rule of the goal rejected the answer.
     *
     * @param round 1 for the first time
     * @param undone the ids of the subtasks, and of the items as {@code id#index}, that did not succeed
     * @param rejected the rule that the answer did not pass; empty if no answer was rejected
     */
    record PlanningAgain(String runId, Duration at, int round, List<String> undone, String rejected)
            implements RunEvent {}

    /** The plan is whole. */
    record PlanEnded(String runId, Duration at, int admitted, List<String> defects) implements RunEvent {}

    /** A rung began: a subtask, or one item of it, on one tier. */
    record RungStarted(String runId, Duration at, String subtaskId, Tier tier) implements RunEvent {}

    /**
     * A rung ended.
     *
     * @param failure why its answer was not accepted, or there was none; null if it was accepted
     */
    record RungEnded(
            String runId,
            Duration at,
            String subtaskId,
            Tier tier,
            @Nullable Failure failure) implements RunEvent {
        /** Whether it has a value that passed every rule. */
        public boolean isAccepted() {
            return failure == null;
        }

        /** How it ended, in one line for people. */
        public String result() {
            return failure == null ? "accepted" : failure.toString();
        }
    }

    /** How a model call ended; its text is for people. */
    sealed interface CallEnd {
        /** The same end with the words of a provider as a masker leaves them. */
        default CallEnd maskedBy(UnaryOperator<String> masker) {
            return switch (this) {
                case Replied(var finish, var notes) ->
                    new Replied(finish, notes.stream().map(masker).toList());
                case Failed(var kind, var message, var retryAfter) ->
                    new Failed(kind, masker.apply(message), retryAfter);
            };
        }

        /**
         * With a reply.
         *
         * @param notes what the client had to read or adapt beyond the API, see {@link ModelReply#notes()}
         */
        record Replied(Finish finish, List<String> notes) implements CallEnd {
            @Override
            public String toString() {
                return finish.name().toLowerCase(Locale.ROOT);
            }
        }

        /**
         * Without a usable reply.
         *
         * @param kind a word for what went wrong, such as {@code RateLimited}
         * @param message keys are taken out, but it may quote a provider
         * @param retryAfter the time that the provider asks to wait before another call; zero if it asks for none
         */
        record Failed(String kind, String message, Duration retryAfter) implements CallEnd {
            /** A failure after which the provider asks for no wait. */
            public Failed(String kind, String message) {
                this(kind, message, Duration.ZERO);
            }

            @Override
            public String toString() {
                return kind + ": " + message;
            }
        }
    }

    /**
     * A model call is about to be sent, or plain code that costs money is about to be called: its permit, its rate and its
     * money are taken. What ends it is the next {@link AttemptEnded} of the same subtask and kind.
     *
     * @param call the call; the model that answers is not known yet, so it is the one that is asked
     * @param number 1 for the first attempt of a call, 2 for its first retry
     * @param reserved the worst case that was taken from the budget for it
     * @param waited the time that it waited for a permit, its rate and its money, the delay before a retry included
     */
    record AttemptStarted(String runId, Duration at, Call call, int number, Money reserved, Duration waited)
            implements RunEvent {}

    /**
     * A model call ended, or a call of plain code that costs money.
     *
     * @param call the call
     * @param end its end
     * @param spend its tokens and the money that was booked for it
     * @param times its times
     */
    record AttemptEnded(String runId, Duration at, Call call, CallEnd end, Spend spend, CallTimes times)
            implements RunEvent {
        /** The part of a run that made the call. */
        public CallPurpose.Kind kind() {
            return call.kind();
        }

        /** The id of the subtask, with {@code #index} for an item; empty for a planner. */
        public String subtaskId() {
            return call.subtaskId();
        }

        /** The tier that was asked. */
        public Tier tier() {
            return call.tier();
        }

        /** The model that was asked; for code the name of its type. */
        public String asked() {
            return call.asked();
        }

        /** The model that answered, as the provider names it; the model that was asked if none did. */
        public String model() {
            return call.model();
        }

        /** The time that the call waited for a permit, its rate and its money. */
        public Duration waited() {
            return times.waited();
        }

        /** The time of the call itself. */
        public Duration took() {
            return times.took();
        }
    }

    /**
     * A call and the model that answered it.
     *
     * @param kind the part of a run that made it
     * @param subtaskId as {@link CallPurpose#subtaskId()}
     * @param tier the tier that was asked
     * @param asked the model that was asked; for code the name of its type
     * @param model the model that answered, as the provider names it; the model that was asked if none did
     */
    record Call(CallPurpose.Kind kind, String subtaskId, Tier tier, String asked, String model) {
        Call maskedBy(UnaryOperator<String> masker) {
            return model.equals(asked) ? this : new Call(kind, subtaskId, tier, asked, masker.apply(model));
        }
    }

    /**
     * The times of a call.
     *
     * @param waited the time that it waited for a permit, its rate and its money
     * @param took the time of the call itself
     */
    record CallTimes(Duration waited, Duration took) {}

    /**
     * Code of a tool threw or took longer than its time, and the model reads only that. The rung goes on, unless the tool
     * may have {@linkplain dev.cadre.task.Tool.Effect#WRITES written} what nobody saw.
     *
     * @param thrown what it threw, or a {@link java.util.concurrent.TimeoutException}; a key in its chain makes it a copy without
     */
    record ToolFailed(String runId, Duration at, String subtaskId, String tool, Throwable thrown) implements RunEvent {
        public ToolFailed {
            thrown = Redactor.SHAPES.clean(thrown);
        }
    }

    /** Money is short: no rung starts above this tier any more. */
    record CeilingLowered(String runId, Duration at, Tier ceiling) implements RunEvent {}

    /**
     * A provider billed more than its own cap allows, after which no new call of the budget starts, or let a dearer model
     * answer, after which no new call of the pool does.
     */
    record BudgetBreached(String runId, Duration at, BillingBreach breach) implements RunEvent {}

    /**
     * A tool or a worker of plain code spent money of the run by itself, such as by a run of its own.
     *
     * @param spend the money; its attempts and tokens are not counted here
     */
    record CodeSpent(String runId, Duration at, String subtaskId, Spend spend) implements RunEvent {}

    /**
     * Plain code threw and is called again.
     *
     * @param failures how often it has thrown, this time included
     * @param delay the time until it is called again
     * @param thrown what it threw; a key in its chain makes it a copy without
     */
    record CodeRetried(String runId, Duration at, String subtaskId, int failures, Duration delay, Throwable thrown)
            implements RunEvent {
        public CodeRetried {
            thrown = Redactor.SHAPES.clean(thrown);
        }
    }

    /**
     * Something happened in a run that is nested in a subtask or a tool of this one. What that run spends is in the
     * {@link CodeSpent} of this one: whoever adds up money leaves these events out.
     *
     * @param subtaskId the subtask of this run, with {@code #index} for an item
     * @param event the event of the nested run, which may be one of a run that is nested in that
     */
    record Nested(String runId, Duration at, String subtaskId, RunEvent event) implements RunEvent {}

    /**
     * A subtask, or one item of it, has its outcome from an {@link dev.cadre.cache.OutcomeCache}: no rung of it is started.
     *
     * @param age the time since the outcome was made, by the word of the cache
     * @param saved what it cost then, by the word of the cache, and does not cost this run
     */
    record CacheHit(String runId, Duration at, String subtaskId, Duration age, Money saved) implements RunEvent {}

    /** A subtask ended. */
    record SubtaskEnded(String runId, Duration at, String subtaskId, Outcome<?> outcome) implements RunEvent {}

    /**
     * A join of a graph has its output: a race, a quorum or a repetition, or a fan-out of which a part is enough.
     *
     * @param took the ids of the subtasks whose outputs it is made of, or of the items as {@code id#index}; of a repetition
     *     all that have one; empty if it has no output, because what an earlier session took does not succeed any more
     * @param without the ids of the subtasks or items that are not needed any more, because others were enough; what of them was
     *     under way has been cancelled. What had succeeded by then, though only they needed it, is not among them
     */
    record Joined(String runId, Duration at, String subtaskId, List<String> took, List<String> without)
            implements RunEvent {
        public Joined {
            took = List.copyOf(took);
            without = List.copyOf(without);
        }
    }

    /** The outcomes are being merged into one answer. */
    record MergeStarted(String runId, Duration at, int succeeded, int total) implements RunEvent {}

    /** Code that ignored its interrupt was left behind; its permit is kept until it really ends. */
    record WorkAbandoned(String runId, Duration at, String subtaskId, String thread) implements RunEvent {}

    /** The run ended: {@code complete}, {@code partial}, {@code failed}, or {@code cancelled} if its caller left. */
    record RunEnded(String runId, Duration at, String status, Money spent) implements RunEvent {}
}
