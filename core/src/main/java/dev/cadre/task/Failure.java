// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.ModelException;
import dev.cadre.redact.Redactor;
import dev.cadre.redact.Thrown;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a subtask that was tried has no value. Immutable; two failures are equal if kind and message are.
 *
 * <p>The exception behind it stays in this process: a journal keeps kind and message only.
 */
public final class Failure {
    /** The kinds of failure. */
    public enum Kind {
        /** The answer had the wrong shape, also after a repair. */
        INVALID_OUTPUT,
        /** A rule of the type did not accept the answer, on any tier allowed. */
        NOT_ACCEPTED,
        /** The model declined. */
        REFUSED,
        /** The provider's content filter stopped it. */
        FILTERED,
        /** The answer ran into its cap, also with a doubled one. */
        TRUNCATED,
        /** The model kept calling tools beyond the limits, or the same one over and over. */
        TOOL_LIMIT,
        /** What a tool must not go on without was not approved. */
        NOT_APPROVED,
        /** Code of the user threw: the worker's own, or a rule of its type. */
        CODE_FAILED,
        /** The provider failed or refused the request. */
        MODEL_FAILED,
        /** The money ran out between two of its calls, or its budget was closed. */
        BUDGET,
        /** The time of the run ran out. */
        DEADLINE,
        /** Plain code took longer than its type gives a call. */
        TIMED_OUT,
        /** The run was cancelled. */
        CANCELLED,
        /** Only of a rung, in an event: its code waits for somebody. Its subtask is {@link Skip.Kind#AWAITED}. */
        AWAITED,
        /**
         * A writing tool may have run, so nothing may be repeated. With a journal, {@code dev.cadre.UnknownEffect} lets the
         * run go on once somebody has seen what the tool did.
         */
        EFFECT_UNKNOWN,
        /** Its input could not be made from the outputs that it depends on. */
        INVALID_INPUT,
        /** A list to fan out over was longer than the limit. */
        TOO_MANY_ITEMS,
        /** Fewer items succeeded than it needs. */
        TOO_FEW_ITEMS,
        /** The run nested in it ended without an answer that counts; what it ended by is the exception behind it. */
        NESTED_RUN,
        /** It would have nested a run more deeply than {@link Limits#maxNesting()} allows. */
        TOO_DEEP
    }

    private final Kind kind;
    private final String message;
    private final String place;
    private final @Nullable Throwable cause;

    /** A failure that no exception is behind; keys are taken out of the message. */
    public Failure(Kind kind, String message) {
        this(kind, message, "", null);
    }

    private Failure(Kind kind, String message, String place, @Nullable Throwable cause) {
        this.kind = kind;
        this.message = Redactor.SHAPES.clean(message);
        this.place = place;
        this.cause = cause == null || cause instanceof ModelException ? cause : Redactor.SHAPES.clean(cause);
    }

    /**
     * A failure of the user's own code. Its message begins with the root cause and ends with the place.
     *
     * @param place the code that threw, the same for every input, such as {@code rule 'has a reason' of subtask type
     *     'judge'}
     */
    public static Failure thrown(Kind kind, Throwable thrown, String place) {
        return new Failure(kind, "%s, thrown by %s".formatted(describe(thrown), place), place, thrown);
    }

    /** The same failure with this exception behind it. A key in its chain makes it a copy without. */
    public Failure causedBy(Throwable thrown) {
        return new Failure(kind, message, place, thrown);
    }

    /** The same failure with its texts as a masker leaves them, which takes out the keys of clients. */
    public Failure maskedBy(UnaryOperator<String> masker) {
        @Nullable
        Throwable clean = cause == null || cause instanceof ModelException
                ? cause
                : Redactor.SHAPES.with(masker).clean(cause);
        return new Failure(kind, masker.apply(message), masker.apply(place), clean);
    }

    /** A failure of another kind with the same exception behind it. */
    public Failure as(Kind other, String said) {
        return new Failure(other, said, place, cause);
    }

    /** The kind, for programs. */
    public Kind kind() {
        return kind;
    }

    /** One line for people, from which keys are taken out; model text appears in it only quoted and cut. */
    public String message() {
        return message;
    }

    /** The exception behind it; empty if there was none, or if the failure was read from a journal. */
    public Optional<Throwable> cause() {
        return Optional.ofNullable(cause);
    }

    /** The user's own code that threw; empty if it was not such code. */
    public Optional<String> place() {
        return place.isEmpty() ? Optional.empty() : Optional.of(place);
    }

    /** An exception in one line for people: class and message of its root cause, then those of the exception itself. */
    public static String describe(Throwable thrown) {
        List<Throwable> chain = Thrown.chain(thrown);
        return chain.size() == 1 ? line(thrown) : "%s (in %s)".formatted(line(chain.getLast()), line(thrown));
    }

    private static String line(Throwable thrown) {
        String name = thrown.getClass().getSimpleName();
        String type = name.isEmpty() ? thrown.getClass().getName() : name;
        String message = Thrown.message(thrown);
        return message.isBlank() ? type : type + ": " + Redactor.SHAPES.quote(message);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Failure failure && kind == failure.kind && message.equals(failure.message);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, message);
    }

    @Override
    public String toString() {
        return kind + ": " + message;
    }
}
