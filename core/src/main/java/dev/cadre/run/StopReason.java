// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.ModelException;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The reason for which a bulk run pulls no more inputs. */
public sealed interface StopReason {
    /** There are none. */
    record EndOfInput() implements StopReason {}

    /** The money does not reach for the next item. */
    record Budget() implements StopReason {}

    /** The time is up. */
    record Deadline() implements StopReason {}

    /** Nothing can be sent. */
    record Paused(String message, ModelException because) implements StopReason {}

    /** Whoever may has told the run to stop. */
    record Cancelled() implements StopReason {}

    /** Nothing can be recorded: it would be paid again. */
    record Unrecorded(UnrecordedException because) implements StopReason {}

    /** The reason that an item has for all that come after it, if it was skipped for one. */
    static Optional<StopReason> of(Outcome<?> outcome) {
        if (!(outcome instanceof Outcome.Skipped<?>(Skip skip))) {
            return Optional.empty();
        }
        return switch (skip.kind()) {
            case BUDGET -> Optional.of(new Budget());
            case DEADLINE -> Optional.of(new Deadline());
            default -> Optional.empty();
        };
    }

    /** Nothing can be sent, as the outcome of an item shows. */
    static Paused paused(Outcome<?> outcome, ModelException because) {
        return new Paused(
                switch (outcome) {
                    case Outcome.Skipped<?> skipped -> skipped.skip().message();
                    case Outcome.Failed<?> failed -> failed.failure().message();
                    case Outcome.Succeeded<?> succeeded -> "";
                },
                because);
    }

    /** The same reason with its message as a masker leaves it. */
    default StopReason maskedBy(UnaryOperator<String> masker) {
        return this instanceof Paused(String message, ModelException because)
                ? new Paused(masker.apply(message), because)
                : this;
    }

    /** The reason that stands when another one comes up: the first, unless nothing can be recorded. */
    default StopReason then(StopReason next) {
        return switch (this) {
            case EndOfInput none -> next;
            case Unrecorded first -> first;
            case Budget first -> next instanceof Unrecorded ? next : first;
            case Deadline first -> next instanceof Unrecorded ? next : first;
            case Paused first -> next instanceof Unrecorded ? next : first;
            case Cancelled first -> next instanceof Unrecorded ? next : first;
        };
    }

    /** The reason that stands when nothing can be sent any more, whatever had stopped the pulling before. */
    default StopReason brokenOff(Paused next) {
        return this instanceof Unrecorded ? this : next;
    }

    /** Whether more inputs are wanted. */
    default boolean isOpen() {
        return this instanceof EndOfInput;
    }

    /** Whether nothing can be sent any more, however much time is left. */
    default boolean isBrokenOff() {
        return this instanceof Paused || this instanceof Unrecorded;
    }

    /** Why an input that was pulled is not started. */
    default Skip notStarted() {
        return switch (this) {
            case Budget budget ->
                new Skip(Skip.Kind.BUDGET, "the money did not reach for an item before it", List.of());
            case Paused paused -> new Skip(Skip.Kind.PAUSED, paused.message(), List.of());
            case Deadline deadline -> new Skip(Skip.Kind.DEADLINE, "the time was up", List.of());
            case Cancelled cancelled -> new Skip(Skip.Kind.CANCELLED, "the run was cancelled", List.of());
            case Unrecorded unrecorded -> new Skip(Skip.Kind.CANCELLED, why("the run ended"), List.of());
            case EndOfInput none -> new Skip(Skip.Kind.CANCELLED, why("the run ended"), List.of());
        };
    }

    /** Why what was with the provider, or was to be sent once more, has no value. */
    default Failure noMore() {
        return isBrokenOff()
                ? new Failure(Failure.Kind.CANCELLED, why(""))
                : new Failure(Failure.Kind.DEADLINE, "its batch was cancelled when the time was up");
    }

    /** Why what the provider has done, or may do yet, has no value in this session. */
    default Failure unread() {
        return new Failure(
                isBrokenOff() ? Failure.Kind.CANCELLED : Failure.Kind.DEADLINE,
                "its answer was not read, which the next session does: " + why("the time was up"));
    }

    private String why(String otherwise) {
        return switch (this) {
            case Unrecorded(UnrecordedException because) -> String.valueOf(because.getMessage());
            case Paused paused -> "nothing can be sent any more: " + paused.message();
            default -> otherwise;
        };
    }
}
