// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.BatchClient;
import dev.cadre.model.CallOptions;
import dev.cadre.model.FaultLog;
import dev.cadre.model.InputCounter;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.PromptCaching;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Verbosity;
import dev.cadre.price.BillingBreach;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.ToolPrice;
import dev.cadre.price.UnpricedException;
import dev.cadre.price.UnpricedModelException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
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
    private final RequestDefaults defaults;
    private final InputCount count;
    private final PrefixCache prefixes;
    private final CostCalculator costs;
    private final RetryPolicy retryPolicy;
    private final @Nullable InstantSource calendar;
    private final AdmissionPoint admissions;

    private ModelPool(Builder builder, CostCalculator costs) {
        client = builder.client;
        limits = builder.limits;
        this.costs = costs;
        defaults = builder.defaults(costs.spec());
        count = new InputCount(costs, builder.counter, new FaultLog());
        prefixes = new PrefixCache(builder.prefixPatience);
        retryPolicy = builder.retryPolicy;
        calendar = builder.calendar;
        admissions = admissionPoint();
    }

    /** A pool like another one, with nothing in flight. */
    private ModelPool(ModelPool like, ModelClient client) {
        this.client = client;
        limits = like.limits;
        defaults = like.defaults;
        count = like.count;
        prefixes = like.prefixes.emptied();
        costs = like.costs;
        retryPolicy = like.retryPolicy;
        calendar = like.calendar;
        admissions = admissionPoint();
    }

    private AdmissionPoint admissionPoint() {
        InstantSource wallClock = calendar == null ? InstantSource.system() : calendar;
        return new AdmissionPoint(limits, retryPolicy, new SplittableRandom(), wallClock);
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
        return costs.model();
    }

    /** What the catalogue knows about the model. */
    public ModelSpec spec() {
        return costs.spec();
    }

    /** The configured limits. */
    public PoolLimits limits() {
        return limits;
    }

    /** How failures are retried. */
    public RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    /** What the pool is doing at this instant. */
    public PoolLoad load() {
        return admissions.load();
    }

    /** The request as the pool sends it: with its service tier and options where the request leaves them open. */
    public ModelRequest filled(ModelRequest request) {
        return defaults.fill(request);
    }

    /**
     * The most that one attempt of this request can cost, which is what {@link #call} reserves: the bytes that
     * {@linkplain ModelClient#sentBytes are sent} as the bound of input tokens, doubled for models whose tokenizer is not known to need at most a token per byte, at the dearest
     * reading of the input, the bounds of pictures and files, and {@code maxOutputTokens}.
     *
     * @throws UnpricedException if the model is not offered in the request's service tier, or a picture or file has no known
     *     bound
     */
    public Money worstCase(ModelRequest request) {
        return worstCase(request, 0);
    }

    /** The same for a request whose text has so many UTF-8 bytes more. */
    public Money worstCase(ModelRequest request, long moreBytes) {
        ModelRequest filled = defaults.fill(request);
        return defaults.worstCase(filled, costs.inputBound(defaults.last(filled), moreBytes), costs);
    }

    /**
     * What a reply of this model cost, at the dearer of the model and service tier asked for and those that the reply
     * names; empty if that is unknown, because its usage is missing or impossible or its service tier has no price.
     *
     * @param asked the service tier that was asked for
     * @param reserved what the call was allowed to cost
     */
    public Optional<Money> cost(ModelReply reply, ServiceTier asked, Money reserved) {
        return costs.cost(reply, asked, reserved);
    }

    /** What a call without a usable reply cost, by the same rules. */
    public Optional<Money> cost(ModelException.Billed billed, ServiceTier asked, Money reserved) {
        return costs.cost(billed, asked, reserved);
    }

    /**
     * How a bill breaks the terms of its call; empty if it does not. A dearer model that answered stops the pool. For calls
     * that pass none of the limits of this pool: those that it makes itself are judged already.
     *
     * @param excess by how much the bill exceeds what was reserved
     */
    public Optional<BillingBreach> breach(ModelException.Billed billed, Money excess) {
        return admissions.breach(model(), billed.model(), costs.isDearer(billed), excess);
    }

    /** Why the pool takes no calls until it is {@linkplain #resume resumed}; empty if it is not stopped. */
    public Optional<ModelException> stoppedBy() {
        return admissions.stoppedBy();
    }

    /** How the client takes many requests at a time; such requests pass none of the limits of this pool. */
    public Optional<BatchClient> batches() {
        return client.batches();
    }

    /**
     * Calls the model, with retries; blocks until the last attempt has ended, and spends money.
     *
     * <p>Where the builder asked for it, the provider counts the input first, which the limits of the pool do not hold
     * back. A call whose long prefix another call is the first to send waits for that a moment, see
     * {@link Builder#prefixPatience}.
     *
     * <p>Every attempt is paid from the terms' budget: settled at the cost of the usage that the provider reports, at the
     * dearer of the model asked for and the model that answered, after which the pool stops if that is the latter; released if it was turned away unpaid; forfeited if its
     * usage is unknown, missing or impossible. An attempt may take 10 minutes, unless configured otherwise, and never
     * longer than until the deadline.
     *
     * @throws CallRefusedException if the call or a retry of it could not be sent
     * @throws dev.cadre.budget.BudgetClosedException if the budget was closed; if an attempt went before, its failure is
     *     suppressed in it
     * @throws ModelException if the last attempt failed
     * @throws UnpricedException as for {@link #worstCase}; nothing was sent
     * @throws ModelShutDownException as for {@link #requireInService}; nothing was sent
     * @throws InterruptedException if the thread was interrupted: nothing is taken if it waited; the attempt is forfeited
     *     if it was in flight
     */
    public ModelReply call(ModelRequest request, CallTerms terms) throws InterruptedException {
        if (!request.model().equals(model())) {
            throw new IllegalArgumentException(
                    "a request for model '%s' came to the pool of '%s'".formatted(request.model(), model()));
        }
        requireInService();
        ModelRequest filled = defaults.fill(request);
        long input = count.of(defaults.last(filled), terms);
        Money need = defaults.worstCase(filled, input, costs);
        // while it waits for the first call of its prefix it holds nothing
        try (var prefix = prefixes.enter(filled, terms.deadlineNanos())) {
            return new PooledCall(client, costs, admissions, defaults, prefix, terms)
                    .run(need, CostCalculator.tokenEstimate(filled));
        }
    }

    /**
     * The model's end, if that is at most {@link ModelSpec#SHUTDOWN_NOTICE} away; empty if it is gone already, no end is
     * known, or the pool has no {@linkplain Builder#calendar calendar}.
     */
    public Optional<ShutdownNotice> shutdownNotice() {
        return daysLeft()
                .filter(days -> days > 0 && days <= ModelSpec.SHUTDOWN_NOTICE.toDays())
                .map(days -> new ShutdownNotice(model(), spec().shutdown().orElseThrow(), days));
    }

    /**
     * Refuses a model that has been shut down by the pool's {@linkplain Builder#calendar calendar}.
     *
     * @throws ModelShutDownException if so
     */
    public void requireInService() {
        if (daysLeft().filter(days -> days <= 0).isPresent()) {
            throw new ModelShutDownException(model(), spec().shutdown().orElseThrow());
        }
    }

    private Optional<Long> daysLeft() {
        InstantSource source = calendar;
        if (source == null) {
            return Optional.empty();
        }
        LocalDate today = LocalDate.ofInstant(source.instant(), ZoneOffset.UTC);
        return spec().shutdown().map(day -> ChronoUnit.DAYS.between(today, day));
    }

    /**
     * Lets calls pass again after a bad key, an exhausted quota or an unreachable address was mended, and ends a pause that
     * a provider asked for by a {@code Retry-After} or by what it said of its rate limits, delays before retries included;
     * does nothing if the pool was neither stopped nor paused.
     */
    public void resume() {
        admissions.tell(new PoolEvent.Resumed());
    }

    ModelClient client() {
        return client;
    }

    /** A pool like this one, with nothing in flight, that reaches its model by another client. */
    ModelPool withClient(ModelClient other) {
        return new ModelPool(this, other);
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
        private static final Duration PREFIX_PATIENCE = Duration.ofSeconds(2);

        private final ModelClient client;
        private final String model;
        private PoolLimits limits = PoolLimits.STANDARD;
        private RetryPolicy retryPolicy = RetryPolicy.standard();
        private @Nullable Duration timeout;
        private ServiceTier serviceTier = ServiceTier.STANDARD;
        private boolean fallsBack;
        private Verbosity verbosity = Verbosity.STANDARD;
        private String safetyIdentifier = "";
        private @Nullable InputCounter counter;
        private Duration prefixPatience = PREFIX_PATIENCE;
        private @Nullable InstantSource calendar;
        private final PriceSettings facts;

        private Builder(ModelClient client, String model) {
            this.client = client;
            this.model = model;
            facts = new PriceSettings(model);
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

        /** The time that one attempt may take; default 10 minutes, 15 in flex processing, at most 30 days. */
        public Builder timeout(Duration timeout) {
            if (!timeout.isPositive() || timeout.compareTo(NanoTime.LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "the timeout must be positive and at most %s, not %s".formatted(NanoTime.LONGEST, timeout));
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * The processing class of requests that ask for {@link ServiceTier#STANDARD}, which is the default; a subtask type
         * that chooses another has its way. A reply is billed by the class that it names.
         */
        public Builder serviceTier(ServiceTier tier) {
            this.serviceTier = tier;
            return this;
        }

        /**
         * Makes a retry of a call that found no room in flex processing an ordinary one, at the ordinary price, which is
         * then reserved from the start; default: it waits for room.
         */
        public Builder fallBackToStandard() {
            this.fallsBack = true;
            return this;
        }

        /** How much the model writes, where a request does not say; default {@link Verbosity#STANDARD}. */
        public Builder verbosity(Verbosity verbosity) {
            this.verbosity = verbosity;
            return this;
        }

        /** Who the end user is, see {@link dev.cadre.model.CallOptions#safetyIdentifier()}; default nobody. */
        public Builder safetyIdentifier(String safetyIdentifier) {
            this.safetyIdentifier =
                    CallOptions.NONE.withSafetyIdentifier(safetyIdentifier).safetyIdentifier();
            return this;
        }

        /**
         * Lets the provider count the tokens of each input before its money is reserved: one more exchange for each call,
         * unbilled, and a far smaller reservation; files without a bound of their own can be sent. Where the provider does
         * not answer in 10 seconds, the bound is reserved. Default: nobody counts.
         *
         * @throws IllegalStateException if the client cannot count
         */
        public Builder countingInput() {
            if (!(client instanceof InputCounter able)) {
                throw new IllegalStateException("the client of model '%s' cannot count its input".formatted(model));
            }
            this.counter = able;
            return this;
        }

        /**
         * How long calls with the same prefix of 1,024 tokens or more wait for the first of them to be answered, so that
         * the provider serves the prefix from its cache; default 2 seconds, zero for not at all. They hold nothing
         * meanwhile.
         */
        public Builder prefixPatience(Duration patience) {
            if (patience.isNegative() || patience.compareTo(NanoTime.LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "the patience must be between zero and %s, not %s".formatted(NanoTime.LONGEST, patience));
            }
            this.prefixPatience = patience;
            return this;
        }

        /** What is added to the price of every token, in hundredths: 10 for data residency at OpenAI; default nothing. */
        public Builder surcharge(int percent) {
            facts.surcharge(percent);
            return this;
        }

        /** What calls of a tool at the provider cost, whatever the catalogue says. */
        public Builder toolPrice(ProviderTool.Kind kind, ToolPrice price) {
            facts.toolPrice(kind, price);
            return this;
        }

        /**
         * Tells the day, in UTC, by which a model that has been shut down is refused, now and before each call, and one that
         * soon will be is told of by an event of the run; default: nobody looks at the calendar. The dates are those of the
         * catalogue, which {@link ModelCatalog#withShutdowns} brings up to date.
         */
        public Builder calendar(InstantSource calendar) {
            this.calendar = calendar;
            return this;
        }

        /** Where the model and its price are looked up; default {@link ModelCatalog#standard()}. */
        public Builder catalog(ModelCatalog catalog) {
            facts.catalog(catalog);
            return this;
        }

        /**
         * The price of this model, whatever the catalogue says, and whatever model a reply says it is from; default: the
         * catalogue's.
         */
        public Builder price(Price price) {
            facts.price(price);
            return this;
        }

        /**
         * The pool.
         *
         * @throws UnpricedModelException if no price was given and the catalogue does not have the model
         * @throws ModelShutDownException if the model has been shut down by the {@link #calendar}
         * @throws dev.cadre.price.UnpricedTierException if the model is not offered in the service tier
         * @throws dev.cadre.price.UnpricedSizeException if the client says nothing usable of what it sends
         */
        public ModelPool build() {
            var pool = new ModelPool(this, facts.costs().sentBy(client));
            pool.worstCase(ModelRequest.of(model, "", "", 1));
            pool.requireInService();
            return pool;
        }

        private RequestDefaults defaults(ModelSpec spec) {
            var caching =
                    spec.can(Capability.PROMPT_CACHE_BREAKPOINTS) ? PromptCaching.MARKED : PromptCaching.AUTOMATIC;
            return new RequestDefaults(serviceTier, fallsBack, verbosity, safetyIdentifier, caching, timeout);
        }
    }
}
