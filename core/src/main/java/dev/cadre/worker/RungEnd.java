// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.ModelException;
import dev.cadre.price.Money;
import dev.cadre.redact.Redactor;
import dev.cadre.task.Failure;
import dev.cadre.task.Skip;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How a rung ended. */
public sealed interface RungEnd {
    /** The same end with its messages as a masker leaves them; a value, and what is shown to a dearer tier, stay. */
    default RungEnd maskedBy(UnaryOperator<String> masker) {
        return switch (this) {
            case Rejected(Failure failure, String evidence) -> new Rejected(failure.maskedBy(masker), evidence);
            case Failed(Failure failure) -> new Failed(failure.maskedBy(masker));
            case Refused(Skip skip, var because) -> new Refused(skip.maskedBy(masker), because);
            case Accepted accepted -> accepted;
            case Unaffordable unaffordable -> unaffordable;
            case Cancelled cancelled -> cancelled;
        };
    }

    /**
     * With a value that fits the type and passes its rules.
     *
     * @param value an instance of the type's output
     */
    record Accepted(Object value) implements RungEnd {
        @Override
        public String toString() {
            return "Accepted[%s]".formatted(Redactor.SHAPES.quote(value.toString()));
        }
    }

    /**
     * With an answer that was not good enough: a dearer tier may do better.
     *
     * @param evidence JSON text that quotes the answer, cut to {@value RungPrompt#MAX_EVIDENCE_CHARS} characters, and
     *     says why it was not accepted; for {@link RungTask#escalatedTo}
     */
    record Rejected(Failure failure, String evidence) implements RungEnd {
        @Override
        public String toString() {
            return "Rejected[%s]".formatted(Redactor.SHAPES.quote(failure.toString()));
        }
    }

    /** For good: no other tier may try. */
    record Failed(Failure failure) implements RungEnd {
        /** For this reason. */
        public static Failed of(Failure failure) {
            return new Failed(failure);
        }

        /** What the last call ended with, if that is why; its {@linkplain ModelException#reach reach} may be the run. */
        public Optional<ModelException> cause() {
            return failure.cause().filter(ModelException.class::isInstance).map(ModelException.class::cast);
        }
    }

    /**
     * Before it began: the budget cannot pay for its first call. Nothing was sent on this tier.
     *
     * @param needed the worst case of that call
     */
    record Unaffordable(Money needed) implements RungEnd {}

    /**
     * Before it began, for a reason that every other rung of its pool, budget or run meets as well. Nothing was sent on
     * this tier.
     *
     * @param skip what that makes of a subtask that no tier has tried
     * @param because the model's failure behind it, or null
     */
    record Refused(Skip skip, @Nullable ModelException because) implements RungEnd {
        /** The refusal as the failure of a rung. */
        public Failure failure() {
            return new Failure(
                    switch (skip.kind()) {
                        case DEADLINE -> Failure.Kind.DEADLINE;
                        case PAUSED -> Failure.Kind.MODEL_FAILED;
                        case AWAITED -> Failure.Kind.AWAITED;
                        case NOT_NEEDED -> Failure.Kind.CANCELLED;
                        default -> Failure.Kind.BUDGET;
                    },
                    skip.message());
        }
    }

    /**
     * Because it was interrupted, and no tool that writes had been called.
     *
     * @param begun whether anything was sent, or code called, on this tier
     * @param place what it was in when it was interrupted, in words for people; empty if in nothing that may hang
     */
    record Cancelled(boolean begun, String place) implements RungEnd {
        /** Nobody knows in what. */
        public Cancelled(boolean begun) {
            this(begun, "");
        }

        /** While it was under way. */
        public Cancelled() {
            this(true);
        }
    }
}
