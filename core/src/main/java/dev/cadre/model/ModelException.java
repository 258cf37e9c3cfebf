// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call without a usable reply. The kind says whether a retry can help, the {@link Charge} what it cost. Keys are
 * {@linkplain Redactor#SHAPES taken out} of its message and of those of its causes.
 */
public abstract sealed class ModelException extends RuntimeException {

    /** What is known about the money of a failed call. */
    public enum Charge {
        /** Not sent, or turned away before any work was done. */
        FREE,
        /** It may have been billed: the worst case must be booked. */
        UNKNOWN
    }

    /** How far a failure reaches. */
    public enum Reach {
        /** Another attempt of the same request may succeed. */
        ATTEMPT,
        /** This request will never succeed; others may. */
        SUBTASK,
        /** No request with this key or model will succeed. */
        RUN
    }

    private final Charge charge;
    private final Reach reach;

    private ModelException(String message, Charge charge, Reach reach, @Nullable Throwable cause) {
        super(Redactor.SHAPES.clean(message), cause == null ? null : Redactor.SHAPES.clean(cause));
        this.charge = Objects.requireNonNull(charge, "what a failure cost is null: use Charge.UNKNOWN");
        this.reach = reach;
    }

    public final Charge charge() {
        return charge;
    }

    public final Reach reach() {
        return reach;
    }

    /** Whether another attempt of the same request can help. */
    public final boolean isRetryable() {
        return reach == Reach.ATTEMPT;
    }

    /** The least time to wait before another attempt; empty if the provider did not say. */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /** What the provider says it bills for the failed call; empty if it did not say, and then {@link #charge()} counts. */
    public Optional<Billed> billed() {
        return Optional.empty();
    }

    /**
     * What is billed for a call without a usable reply.
     *
     * @param model the model that worked, as the provider names it
     * @param usage the tokens it used
     * @param serviceTier the processing class that sets their price
     * @param providerCalls how often each tool of the provider was called
     */
    public record Billed(
            String model, TokenUsage usage, ServiceTier serviceTier, Map<ProviderTool.Kind, Integer> providerCalls) {
        public Billed {
            Objects.requireNonNull(model, "the model that is billed is null");
            Objects.requireNonNull(usage, "the usage that is billed is null");
            Objects.requireNonNull(serviceTier, "the service tier that is billed is null");
            providerCalls = Map.copyOf(providerCalls);
        }
    }

    /** What the provider said about its limits; {@link RateLimits#UNKNOWN} by default. */
    public RateLimits limits() {
        return RateLimits.UNKNOWN;
    }

    /** Turned away for now (429). */
    public static final class RateLimited extends ModelException {
        /** Why. */
        public enum Cause {
            /** A request or token rate was exceeded. */
            RATE,
            /** The rate rose too fast ({@code slow_down}): fewer calls at once, and a slow climb. */
            SLOW_DOWN,
            /** This service tier has no room now; another may. */
            NO_CAPACITY
        }

        private final Cause reason;
        private final @Nullable Duration retryAfter;
        private final RateLimits limits;

        public RateLimited(String message, @Nullable Duration retryAfter, RateLimits limits) {
            this(message, Cause.RATE, retryAfter, limits);
        }

        public RateLimited(String message, Cause reason, @Nullable Duration retryAfter, RateLimits limits) {
            super(message, Charge.FREE, Reach.ATTEMPT, null);
            this.reason = Objects.requireNonNull(reason, "the cause of a refusal is null: use Cause.RATE");
            this.retryAfter = retryAfter;
            this.limits = Objects.requireNonNull(limits, "the limits of a refusal are null: use RateLimits.UNKNOWN");
        }

        /** Why it was turned away. */
        public Cause reason() {
            return reason;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }

        @Override
        public RateLimits limits() {
            return limits;
        }
    }

    /** The provider failed or is overloaded (408, 409, 5xx, a failed status in a reply); as a rule only for now. */
    public static final class ServerFailed extends ModelException {
        private final int status;
        private final @Nullable Duration retryAfter;
        private final @Nullable Billed billed;

        public ServerFailed(String message, int status, Charge charge, @Nullable Duration retryAfter) {
            this(message, status, charge, retryAfter, null);
        }

        /** A failure of which the provider told the bill, or null if it did not. */
        public ServerFailed(
                String message, int status, Charge charge, @Nullable Duration retryAfter, @Nullable Billed billed) {
            this(message, status, charge, Reach.ATTEMPT, retryAfter, billed);
        }

        private ServerFailed(
                String message,
                int status,
                Charge charge,
                Reach reach,
                @Nullable Duration retryAfter,
                @Nullable Billed billed) {
            super(message, charge, reach, null);
            this.billed = billed;
            this.status = status;
            this.retryAfter = retryAfter;
        }

        /** The same failure, of which the provider says that another attempt of the same request will not help. */
        public ServerFailed lasting() {
            return new ServerFailed(String.valueOf(getMessage()), status, charge(), Reach.SUBTASK, retryAfter, billed);
        }

        @Override
        public Optional<Billed> billed() {
            return Optional.ofNullable(billed);
        }

        /** The HTTP status; 200 if the failure was reported inside a reply, or 503 if that was an overload. */
        public int status() {
            return status;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }
    }

    /** The connection could not be made or was lost. */
    public static final class ConnectionFailed extends ModelException {
        public ConnectionFailed(String message, Charge charge, Throwable cause) {
            super(message, charge, Reach.ATTEMPT, cause);
        }
    }

    /** Nobody can be reached at the configured address in a way that waiting would mend: TLS, redirects, bad URLs. */
    public static final class Unreachable extends ModelException {
        public Unreachable(String message, @Nullable Throwable cause) {
            super(message, Charge.FREE, Reach.RUN, cause);
        }
    }

    /** No whole reply within the timeout. */
    public static final class TimedOut extends ModelException {
        public TimedOut(String message, Charge charge) {
            super(message, charge, Reach.ATTEMPT, null);
        }
    }

    /** A reply came, but it is not one: broken JSON, a page of a proxy, a stream without its last event. */
    public static final class MalformedReply extends ModelException {
        public MalformedReply(String message, @Nullable Throwable cause) {
            super(message, Charge.UNKNOWN, Reach.ATTEMPT, cause);
        }
    }

    /** The account has no money or allowance left: waiting does not help. */
    public static final class QuotaExhausted extends ModelException {
        public QuotaExhausted(String message) {
            super(message, Charge.FREE, Reach.RUN, null);
        }
    }

    /** The key is missing, wrong or not allowed to do this (401, 403). */
    public static final class AuthFailed extends ModelException {
        public AuthFailed(String message) {
            super(message, Charge.FREE, Reach.RUN, null);
        }
    }

    /** The provider does not know the model (404). */
    public static final class UnknownModel extends ModelException {
        public UnknownModel(String message) {
            super(message, Charge.FREE, Reach.RUN, null);
        }
    }

    /** A dearer model answered than the one that was asked: whoever asks again may pay its price again. */
    public static final class DearerModel extends ModelException {
        public DearerModel(String message) {
            super(message, Charge.FREE, Reach.RUN, null);
        }
    }

    /** The request has more tokens than the model's context, or the account's minute, can take: split it. */
    public static final class ContextTooLong extends ModelException {
        public ContextTooLong(String message) {
            super(message, Charge.FREE, Reach.SUBTASK, null);
        }
    }

    /** The provider refused the request as such (other 4xx): the same request fails again. */
    public static final class InvalidRequest extends ModelException {
        private final int status;

        public InvalidRequest(String message, int status) {
            super(message, Charge.FREE, Reach.SUBTASK, null);
            this.status = status;
        }

        /** The HTTP status; 0 if the request was not even sent. */
        public int status() {
            return status;
        }
    }
}
