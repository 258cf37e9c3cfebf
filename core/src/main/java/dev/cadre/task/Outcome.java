// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.redact.Redactor;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How a subtask ended, always with a reason.
 *
 * @param <T> its output
 */
public sealed interface Outcome<T> {
    /** It has a value. */
    record Succeeded<T>(T value) implements Outcome<T> {
        /** One line, in which the value is cut. */
        @Override
        public String toString() {
            return "Succeeded[%s]".formatted(Redactor.SHAPES.quote(String.valueOf(value)));
        }
    }

    /** It was tried and has no value. */
    record Failed<T>(Failure failure) implements Outcome<T> {
        @Override
        public String toString() {
            return "Failed[%s]".formatted(Redactor.SHAPES.quote(failure.toString()));
        }
    }

    /** It was never tried, or given up because others were enough. */
    record Skipped<T>(Skip skip) implements Outcome<T> {
        @Override
        public String toString() {
            return "Skipped[%s]".formatted(Redactor.SHAPES.quote(skip.toString()));
        }
    }

    /** A failure of this kind; keys are taken out of the message. */
    static <T> Outcome<T> failed(Failure.Kind kind, String message) {
        return new Failed<>(new Failure(kind, message));
    }

    /** A skip of this kind that no other subtask is to blame for. */
    static <T> Outcome<T> skipped(Skip.Kind kind, String message) {
        return new Skipped<>(new Skip(kind, message, List.of()));
    }

    /** The value, or empty unless it succeeded. */
    default Optional<T> ifSucceeded() {
        return switch (this) {
            case Succeeded<T>(T value) -> Optional.of(value);
            case Failed<T> failed -> Optional.empty();
            case Skipped<T> skipped -> Optional.empty();
        };
    }

    /** Whether there is a value. */
    default boolean isSucceeded() {
        return this instanceof Succeeded<T>;
    }

    /** Whether nobody needs it: nothing is missing without it. */
    default boolean isNotNeeded() {
        return this instanceof Skipped<T>(Skip skip) && skip.kind() == Skip.Kind.NOT_NEEDED;
    }

    /** Whether its run ended first, by a deadline, a cancel or a failure elsewhere: that says nothing of the work itself. */
    default boolean isCutOff() {
        return switch (this) {
            case Succeeded<T> succeeded -> false;
            case Failed<T>(Failure failure) ->
                failure.kind() == Failure.Kind.DEADLINE || failure.kind() == Failure.Kind.CANCELLED;
            case Skipped<T>(Skip skip) ->
                switch (skip.kind()) {
                    case DEADLINE, CANCELLED, FAIL_FAST -> true;
                    case DEPENDENCY, BUDGET, PAUSED, PLAN, AWAITED, NOT_NEEDED -> false;
                };
        };
    }

    /** The same outcome with the messages of what did not succeed as a masker leaves them; values stay. */
    @SuppressWarnings("unchecked") // items have outputs of their own type again
    default Outcome<T> maskedBy(UnaryOperator<String> masker) {
        return switch (this) {
            case Succeeded<T>(T value) ->
                value instanceof Items<?> items && !items.missing().isEmpty()
                        ? new Succeeded<>((T) items.maskedBy(masker))
                        : this;
            case Failed<T>(Failure failure) -> new Failed<>(failure.maskedBy(masker));
            case Skipped<T>(Skip skip) -> new Skipped<>(skip.maskedBy(masker));
        };
    }

    /** One line for people: {@code succeeded}, or the kind and message of the reason. */
    default String reason() {
        return switch (this) {
            case Succeeded<T> succeeded -> "succeeded";
            case Failed<T>(Failure failure) -> "failed: " + failure;
            case Skipped<T>(Skip skip) -> "skipped: " + skip;
        };
    }
}
