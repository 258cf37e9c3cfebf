// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import dev.cadre.redact.Redactor;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if a call has no usable reply. The subclass states whether a retry can help, the {@link Charge} what the call
 * cost. Keys are {@linkplain Redactor#SHAPES removed} from its message and from the messages of its causes.
 */
public abstract sealed class ModelException extends RuntimeException {

    /** The known cost of a failed call. */
    public enum Charge {
        /** Not sent, or turned away before it was processed. */
        FREE,
        /** Perhaps billed: the worst case must be booked. */
        UNKNOWN
    }

    /** The calls that a failure concerns. */
    public enum Reach {
        /** Another attempt of the same request may succeed. */
        ATTEMPT,
        /** This request will never succeed; others may. */
        SUBTASK,
        /** This request will never succeed at this endpoint, whose replies to it cannot be read; it may at another. */
        ENDPOINT,
        /**
         * This request will never succeed. The reply does not show whether others may: a firewall refuses single
         * requests in the same way. Several such failures in a row stop the pool.
         */
        SUBTASK_OR_RUN,
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

    /** The least time to wait before another attempt; empty if the provider did not state it. */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }

    /** The provider's bill for the failed call; empty if it did not state one, and then {@link #charge()} counts. */
    public Optional<Billed> billed() {
        return Optional.empty();
    }

    /**
     * The provider's bill for a call.
     *
     * @param model the model that answered, as the provider names it
     * @param usage the tokens that it used
     * @param serviceTier the processing class that sets their price
     * @param providerCalls the number of calls of each tool at the provider
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

    /** The rate limits that the provider reported; {@link RateLimits#UNKNOWN} by default. */
    public RateLimits limits() {
        return RateLimits.UNKNOWN;
    }

    /** The call was turned away for now (429). */
    public static final class RateLimited extends ModelException {
        /** The causes of a 429. */
        public enum Cause {
            /** A request or token rate was exceeded. */
            RATE,
            /** The rate rose too fast ({@code slow_down}): fewer calls at once, and a slow climb. */
            SLOW_DOWN,
            /** This service tier has no capacity now; another may have. */
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

        /** The cause why it was turned away. */
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

    /** The provider failed or is overloaded (408, 409, 5xx, a failed status in a reply); usually for a short time. */
    public static final class ServerFailed extends ModelException {
        private final int status;
        private final @Nullable Duration retryAfter;
        private final @Nullable Billed billed;

        public ServerFailed(String message, int status, Charge charge, @Nullable Duration retryAfter) {
            this(message, status, charge, retryAfter, null);
        }

        /** A failure with the provider's bill, or null if there is none. */
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

        /** The same failure with the provider's bill. */
        public ServerFailed billed(Billed bill) {
            return new ServerFailed(String.valueOf(getMessage()), status, charge(), reach(), retryAfter, bill);
        }

        /** The same failure, for which the provider states that another attempt of the same request will not help. */
        public ServerFailed lasting() {
            return new ServerFailed(String.valueOf(getMessage()), status, charge(), Reach.SUBTASK, retryAfter, billed);
        }

        @Override
        public Optional<Billed> billed() {
            return Optional.ofNullable(billed);
        }

        /** The same failure, where the reply is there and billed, and this endpoint's form of it cannot be read. */
        public ServerFailed unreadable() {
            return new ServerFailed(String.valueOf(getMessage()), status, charge(), Reach.ENDPOINT, retryAfter, billed);
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

    /** The configured address cannot be reached, and waiting does not help: TLS, redirects, bad URLs. */
    public static final class Unreachable extends ModelException {
        public Unreachable(String message, @Nullable Throwable cause) {
            this(message, Reach.RUN, cause);
        }

        private Unreachable(String message, Reach reach, @Nullable Throwable cause) {
            super(message, Charge.FREE, reach, cause);
        }

        /** The same failure, which perhaps concerns this request alone: {@link Reach#SUBTASK_OR_RUN}. */
        public Unreachable suspected() {
            return new Unreachable(String.valueOf(getMessage()), Reach.SUBTASK_OR_RUN, getCause());
        }
    }

    /** No complete reply came within the timeout. */
    public static final class TimedOut extends ModelException {
        public TimedOut(String message, Charge charge) {
            super(message, charge, Reach.ATTEMPT, null);
        }
    }

    /** The reply is malformed: broken JSON, a page of a proxy, a stream without its last event. */
    public static final class MalformedReply extends ModelException {
        private final @Nullable Billed billed;

        public MalformedReply(String message, @Nullable Throwable cause) {
            this(message, cause, null);
        }

        /** A failure with the provider's bill, or null if there is none. */
        public MalformedReply(String message, @Nullable Throwable cause, @Nullable Billed billed) {
            super(message, Charge.UNKNOWN, Reach.ATTEMPT, cause);
            this.billed = billed;
        }

        @Override
        public Optional<Billed> billed() {
            return Optional.ofNullable(billed);
        }
    }

    /** The account has no money or allowance left: waiting does not help. */
    public static final class QuotaExhausted extends ModelException {
        public QuotaExhausted(String message) {
            this(message, Reach.RUN);
        }

        private QuotaExhausted(String message, Reach reach) {
            super(message, Charge.FREE, reach, null);
        }

        /** The same failure, which perhaps concerns this request alone: {@link Reach#SUBTASK_OR_RUN}. */
        public QuotaExhausted suspected() {
            return new QuotaExhausted(String.valueOf(getMessage()), Reach.SUBTASK_OR_RUN);
        }
    }

    /** The key is missing, wrong or not allowed to do this (401, 403). */
    public static final class AuthFailed extends ModelException {
        public AuthFailed(String message) {
            this(message, Reach.RUN);
        }

        private AuthFailed(String message, Reach reach) {
            super(message, Charge.FREE, reach, null);
        }

        /** The same failure, which perhaps concerns this request alone: {@link Reach#SUBTASK_OR_RUN}. */
        public AuthFailed suspected() {
            return new AuthFailed(String.valueOf(getMessage()), Reach.SUBTASK_OR_RUN);
        }
    }

    /** The provider does not know the model (404). */
    public static final class UnknownModel extends ModelException {
        public UnknownModel(String message) {
            this(message, Reach.RUN);
        }

        private UnknownModel(String message, Reach reach) {
            super(message, Charge.FREE, reach, null);
        }

        /** The same failure, which perhaps concerns this request alone: {@link Reach#SUBTASK_OR_RUN}. */
        public UnknownModel suspected() {
            return new UnknownModel(String.valueOf(getMessage()), Reach.SUBTASK_OR_RUN);
        }
    }

    /** A dearer model answered than the one that was asked: a further call may cost its price again. */
    public static final class DearerModel extends ModelException {
        public DearerModel(String message) {
            super(message, Charge.FREE, Reach.RUN, null);
        }
    }

    /**
     * The request has more tokens than the model's context, or the account's limit per minute: split it, or put a pool of
     * a larger context behind the tier.
     */
    public static final class ContextTooLong extends ModelException {
        public ContextTooLong(String message) {
            super(message, Charge.FREE, Reach.SUBTASK, null);
        }
    }

    /**
     * The server refused the form of the request, and the client has learned another form: a further attempt of the same
     * request is sent in that. A client throws it a bounded number of times for each server and model. It is no failure
     * of the server: a pool tries again at once, and counts neither an attempt nor a retry.
     */
    public static final class Adapted extends ModelException {
        public Adapted(String message) {
            super(message, Charge.FREE, Reach.ATTEMPT, null);
        }
    }

    /** The provider refused the request as such (other 4xx): the same request fails again. */
    public static final class InvalidRequest extends ModelException {
        private final int status;
        private final @Nullable Billed billed;

        public InvalidRequest(String message, int status) {
            this(message, status, null);
        }

        /** A refusal with the provider's bill, or null if there is none, as a rule. */
        public InvalidRequest(String message, int status, @Nullable Billed billed) {
            super(message, Charge.FREE, Reach.SUBTASK, null);
            this.status = status;
            this.billed = billed;
        }

        @Override
        public Optional<Billed> billed() {
            return Optional.ofNullable(billed);
        }

        /** The HTTP status; 0 if the request was not even sent. */
        public int status() {
            return status;
        }
    }
}
