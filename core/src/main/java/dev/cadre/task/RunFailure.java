// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.model.ModelException;
import dev.cadre.redact.Redactor;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The reason why a run has no answer. Immutable. */
public final class RunFailure {
    /** The kinds of failure of a whole run. */
    public enum Kind {
        /**
         * The budget cannot hold even a planner call, two small merge calls and one subtask; or, of a run that only plans,
         * a planner call. The message names the least amount.
         */
        BUDGET_TOO_SMALL,
        /** Nothing of the plan could be admitted. */
        PLAN_REJECTED,
        /** The planner's model failed, refused or ran out of money or time. */
        PLANNER_FAILED,
        /** Not one subtask succeeded. */
        NOTHING_SUCCEEDED,
        /** There is no answer yet: the run waits, and goes on when it is run again; see {@code RunResult.Suspended}. */
        SUSPENDED,
        /** The subtask that gives the answer did not succeed. */
        ANSWER_MISSING,
        /** A subtask failed in a run that fails fast. */
        FAILED_FAST,
        /** The outcomes could not be merged. */
        MERGE_FAILED,
        /** The time ran out before there was anything to answer with. */
        DEADLINE,
        /** The run was cancelled. */
        CANCELLED,
        /** The journal could not be read or written, and nothing goes on unrecorded. */
        JOURNAL_FAILED,
        /** Something that every run relies on threw, such as a price: the run could not be driven on. */
        ENGINE_FAILED
    }

    private final Kind kind;
    private final String message;
    private final List<String> details;
    private final @Nullable Throwable cause;
    private final @Nullable ModelException outage;

    private RunFailure(
            Kind kind,
            String message,
            List<String> details,
            @Nullable Throwable cause,
            @Nullable ModelException outage) {
        this.outage = outage;
        this.kind = kind;
        this.message = Redactor.SHAPES.clean(message);
        this.details = details.stream().map(Redactor.SHAPES::clean).toList();
        this.cause = cause == null || cause instanceof ModelException ? cause : Redactor.SHAPES.clean(cause);
    }

    /** A failure with a message. */
    public static RunFailure of(Kind kind, String message) {
        return new RunFailure(kind, message, List.of(), null, null);
    }

    /** A failure with further lines. */
    public static RunFailure of(Kind kind, String message, List<String> details) {
        return new RunFailure(kind, message, details, null, null);
    }

    /** A failure with an exception behind it, which stays in this process. */
    public static RunFailure of(Kind kind, String message, Throwable cause) {
        return new RunFailure(kind, message, List.of(), cause, null);
    }

    /** The same failure with this exception behind it, if there was one. */
    public RunFailure causedBy(@Nullable Throwable thrown) {
        return thrown == null ? this : new RunFailure(kind, message, details, thrown, outage);
    }

    /** The same failure in a run that lost a pool, if it did: the model's failure is the exception behind it. */
    public RunFailure sharedBy(@Nullable ModelException lost) {
        return lost == null ? this : new RunFailure(kind, message, details, lost, lost);
    }

    /** The same failure with its texts as a masker leaves them, which takes out the keys of clients. */
    public RunFailure maskedBy(UnaryOperator<String> masker) {
        @Nullable
        Throwable clean = cause == null || cause instanceof ModelException
                ? cause
                : Redactor.SHAPES.with(masker).clean(cause);
        return new RunFailure(
                kind, masker.apply(message), details.stream().map(masker).toList(), clean, outage);
    }

    /** The kind of failure. */
    public Kind kind() {
        return kind;
    }

    /** One line for people, from which keys are taken out. */
    public String message() {
        return message;
    }

    /** Further lines, such as every defect of a plan. */
    public List<String> details() {
        return details;
    }

    /** The exception behind it, such as a {@link ModelException} or what code of the user threw. */
    public Optional<Throwable> cause() {
        return Optional.ofNullable(cause);
    }

    /** The model's failure that stopped or paused a pool, so that it concerns other runs, too; empty if there was none. */
    public Optional<ModelException> outage() {
        return Optional.ofNullable(outage);
    }

    @Override
    public String toString() {
        return kind + ": " + message + (details.isEmpty() ? "" : " " + details);
    }
}
