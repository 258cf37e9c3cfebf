// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.UnpricedException;
import dev.cadre.price.UnpricedModelException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A model with its limits: the one way by which it is called.
 *
 * <p>An attempt starts when a permit, the request and token rates and the money are there together; it takes all or none,
 * and waits holding none. Runs take turns; inside a run planning and merging go first, new subtasks last. Limits that the
 * provider reports are followed, failures that another attempt may mend are retried.
 *
 * <p>Safe for use by many threads and runs; meant to live as long as the process. It has no threads of its own and owns
 * nothing that must be closed.
 */
public final class ModelPool {
    private final ModelClient client;
    private final PoolLimits limits;
    private final Duration timeout;
    private final Tariff tariff;
    private final AdmissionPoint admissions;

    private ModelPool(Builder builder, ModelCatalog catalog) {
        client = builder.client;
        limits = builder.limits;
        timeout = builder.timeout;
        tariff = new Tariff(catalog.spec(builder.model), builder.model, catalog);
        admissions = new AdmissionPoint(limits, builder.retryPolicy, new SplittableRandom());
    }

    /**
     * A pool with the defaults.
     *
     * @throws UnpricedModelException if the standard catalogue does not have the model
     */
    public static ModelPool of(ModelClient client, String model) {
        return builder(client, model).build();
    }

    /**
     * A pool to be configured.
     *
     * @param model the provider's id of the model; every request must name it
     */
    public static Builder builder(ModelClient client, String model) {
        return new Builder(client, model);
    }

    /** The id of the model. */
    public String model() {
        return tariff.model();
    }

    /** What the catalogue knows about the model. */
    public ModelSpec spec() {
        return tariff.spec();
    }

    /** The configured limits. */
    public PoolLimits limits() {
        return limits;
    }

    /** What the pool is doing at this instant. */
    public PoolLoad load() {
        return admissions.load();
    }

    /**
     * The most that one attempt of this request can cost, which is what {@link #call} reserves: UTF-8 bytes as the bound of
     * input tokens, doubled for models whose tokenizer is not known to need at most a token per byte, at the dearest
     * reading of the input, the bounds of pictures and files, and {@code maxOutputTokens}.
     *
     * @throws UnpricedException if the model is not offered in the request's service tier, or a picture or file has no known
     *     bound
     */
    public Money worstCase(ModelRequest request) {
        return tariff.worstCase(request);
    }

    /**
     * Calls the model, with retries; blocks until the last attempt has ended, and spends money.
     *
     * <p>Every attempt is paid from the terms' budget: settled at the cost of the usage that the provider reports, at the
     * dearer of the model asked for and the model that answered; released if it was turned away unpaid; forfeited if its
     * usage is unknown, missing or impossible. An attempt may take 10 minutes, unless configured otherwise, and never
     * longer than until the deadline.
     *
     * @throws CallRefusedException if the call or a retry of it could not be sent
     * @throws ModelException if the last attempt failed
     * @throws UnpricedException as for {@link #worstCase}; nothing was sent
     * @throws InterruptedException if the thread was interrupted: nothing is taken if it waited; the attempt is forfeited
     *     if it was in flight
     */
    public ModelReply call(ModelRequest request, CallTerms terms) throws InterruptedException {
        if (!request.model().equals(model())) {
            throw new IllegalArgumentException(
                    "a request for model '%s' came to the pool of '%s'".formatted(request.model(), model()));
        }
        return new PooledCall(client, tariff, admissions, timeout, request, terms).run();
    }

    /**
     * Lets calls pass again after a bad key, an exhausted quota or an unreachable address was mended; does nothing if the
     * pool was not stopped.
     */
    public void resume() {
        admissions.tell(new PoolEvent.Resumed());
    }

    boolean sharesClientWith(ModelPool other) {
        return client.equals(other.client);
    }

    void linkTo(ModelPool other) {
        admissions.sharesKeyWith(other.admissions);
    }

    boolean isIdle() {
        return admissions.isIdle();
    }

    @Override
    public String toString() {
        return "ModelPool[%s, %s]".formatted(model(), load());
    }

    /** Configures a {@link ModelPool}. Not safe for use by many threads. */
    public static final class Builder {
        private static final Duration TIMEOUT = Duration.ofMinutes(10);

        private final ModelClient client;
        private final String model;
        private PoolLimits limits = PoolLimits.STANDARD;
        private RetryPolicy retryPolicy = RetryPolicy.standard();
        private Duration timeout = TIMEOUT;
        private ModelCatalog catalog = ModelCatalog.standard();
        private @Nullable Price price;

        private Builder(ModelClient client, String model) {
            this.client = client;
            this.model = model;
        }

        /** The most calls in flight; default 64. Overload lowers it for a while. */
        public Builder maxParallel(int maxParallel) {
            limits = limits.withMaxParallel(maxParallel);
            return this;
        }

        /**
         * The most calls begun in a minute; default: what the provider reports, which also lowers a configured rate. A
         * burst is at most a sixth of it.
         */
        public Builder requestsPerMinute(long requestsPerMinute) {
            limits = limits.withRequestsPerMinute(requestsPerMinute);
            return this;
        }

        /** The most input and output tokens of a minute; default and burst as for {@link #requestsPerMinute}. */
        public Builder tokensPerMinute(long tokensPerMinute) {
            limits = limits.withTokensPerMinute(tokensPerMinute);
            return this;
        }

        /** How failures are retried; default {@link RetryPolicy#standard()}. */
        public Builder retryPolicy(RetryPolicy retryPolicy) {
            this.retryPolicy = retryPolicy;
            return this;
        }

        /** The time that one attempt may take; default 10 minutes, at most 30 days. */
        public Builder timeout(Duration timeout) {
            if (!timeout.isPositive() || timeout.compareTo(Clock.LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "the timeout must be positive and at most %s, not %s".formatted(Clock.LONGEST, timeout));
            }
            this.timeout = timeout;
            return this;
        }

        /** Where the model and its price are looked up; default {@link ModelCatalog#standard()}. */
        public Builder catalog(ModelCatalog catalog) {
            this.catalog = catalog;
            return this;
        }

        /** The price of this model, whatever the catalogue says; default: the catalogue's. */
        public Builder price(Price price) {
            this.price = price;
            return this;
        }

        /**
         * The pool.
         *
         * @throws UnpricedModelException if no price was given and the catalogue does not have the model
         */
        public ModelPool build() {
            return new ModelPool(this, price == null ? catalog : priced(price));
        }

        private ModelCatalog priced(Price own) {
            return catalog.with(
                    catalog.find(model).map(spec -> spec.withPrice(own)).orElseGet(() -> ModelSpec.of(model, own)));
        }
    }
}
