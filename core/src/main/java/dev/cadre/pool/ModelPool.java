// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.BatchClient;
import dev.cadre.model.CallOptions;
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
import dev.cadre.price.UnpricedException;
import dev.cadre.redact.FaultLog;
import dev.cadre.redact.Redactor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model with its limits. All calls of the model go through its pool.
 *
 * <p>An attempt starts when a permit, the request and token rates and the money are free together; it takes all or
 * none, and holds none while it waits. Runs take turns; inside a run planning and merging go first, new subtasks last.
 * The pool follows the limits that the provider reports, and retries failures that another attempt may avoid.
 *
 * <p>Safe for use by many threads and runs; meant to live as long as the process. It has no threads of its own and owns
 * nothing that must be closed.
 */
public final class ModelPool {
    private final ModelClient client;
    private final Redactor secrets;
    private final UnaryOperator<String> masker;
    private final PoolLimits limits;
    private final @Nullable SharedLimits shared;
    private final RequestDefaults defaults;
    private final InputCount count;
    private final PrefixCache prefixes;
    private final CostCalculator costs;
    private final RetryPolicy retryPolicy;
    private final ShutdownCalendar shutdowns;
    private final AdmissionPoint admissions;
    private final FallbackChain chain;

    private ModelPool(Builder builder, CostCalculator costs) {
        client = builder.client;
        secrets = builder.secrets;
        masker = secrets.with(client::masked)::mask;
        limits = builder.limits;
        shared = builder.shared;
        this.costs = costs;
        defaults = builder.defaults(costs.spec());
        count = new InputCount(costs, builder.counter, new FaultLog(masker));
        prefixes = new PrefixCache(builder.prefixPatience);
        retryPolicy = builder.retryPolicy;
        shutdowns = new ShutdownCalendar(costs.model(), costs.spec(), builder.calendar);
        admissions = admissionPoint();
        chain = new FallbackChain(builder.fallbacks, builder.coolDown);
    }

    /** A pool like another one, with nothing in flight. */
    private ModelPool(ModelPool like, ModelClient client, List<ModelPool> fallbacks) {
        this.client = client;
        secrets = like.secrets;
        masker = Redactor.SHAPES.with(like.masker).with(client::masked)::mask; // a decorator may know of no key
        limits = like.limits;
        shared = like.shared;
        defaults = like.defaults;
        count = like.count;
        prefixes = like.prefixes.emptied();
        costs = like.costs;
        retryPolicy = like.retryPolicy;
        shutdowns = like.shutdowns;
        admissions = admissionPoint();
        chain = like.chain.over(fallbacks);
    }

    private AdmissionPoint admissionPoint() {
        return new AdmissionPoint(limits, retryPolicy, new SplittableRandom(), shutdowns.wallClock(), masker, shared);
    }

    /**
     * A pool with the defaults.
     *
     * @throws UnpricedException.OfModel if the standard catalogue does not have the model
     */
    public static ModelPool of(ModelClient client, String model) {
        return builder(client, model).build();
    }

    /**
     * A builder of a pool.
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

    /** The catalogue's entry for the model. */
    public ModelSpec spec() {
        return costs.spec();
    }

    /** The catalogue's entries for this model and for those that the pool falls back to. */
    public List<ModelSpec> servingSpecs() {
        return Stream.concat(Stream.of(this), chain.others().stream())
                .map(ModelPool::spec)
                .toList();
    }

    /** The configured limits. */
    public PoolLimits limits() {
        return limits;
    }

    /** The rules for retries. */
    public RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    /** The load of the pool at this instant. */
    public PoolLoad load() {
        return admissions.load();
    }

    /**
     * The request as the pool sends it: with the pool's service tier and options where the request leaves them open.
     */
    public ModelRequest filled(ModelRequest request) {
        return defaults.fill(request);
    }

    /**
     * The most that one attempt of this request can cost, which is the amount that {@link #call} reserves. The bound of
     * the input tokens is the number of bytes that {@linkplain ModelClient#sentBytes are sent}, doubled unless the
     * model's tokenizer is known to need at most one token for a byte, plus the bounds of pictures and files; it is
     * priced at the dearest reading of the input. The output is bounded by {@code maxOutputTokens}. A pool that {@linkplain
     * Builder#fallBackTo falls back} to others reserves the worst case of the dearest of them.
     *
     * @throws UnpricedException if the model is not offered in the request's service tier, or a picture or file has no
     *     known bound
     */
    public Money worstCase(ModelRequest request) {
        return worstCase(request, 0);
    }

    /** The same for a request whose text is longer by this number of UTF-8 bytes. */
    public Money worstCase(ModelRequest request, long moreBytes) {
        return chain.dearest(ownWorstCase(request, moreBytes), request, moreBytes);
    }

    /** Whether the provider counts the input of a call first, so that pictures and files need no known bound. */
    public boolean countsInput() {
        return count.isCounting();
    }

    /** The most that an attempt of this pool can cost, whatever it falls back to. */
    Money ownWorstCase(ModelRequest request, long moreBytes) {
        ModelRequest filled = defaults.fill(request);
        return defaults.worstCase(filled, costs.inputBound(defaults.last(filled), moreBytes), costs);
    }

    /**
     * The cost of a call, by the dearer of the model and service tier asked for and those of the bill; empty if it is
     * unknown, because the usage is impossible or the service tier has no price.
     *
     * @param asked the service tier that was asked for
     * @param reserved what the call was allowed to cost
     */
    public Optional<Money> cost(ModelException.Billed billed, ServiceTier asked, Money reserved) {
        return costs.cost(billed, asked, reserved);
    }

    /**
     * The way in which a bill breaks the terms of its call; empty if it does not. A dearer model that answered stops
     * the pool. For calls that bypass the limits of this pool: the pool checks its own calls itself.
     *
     * @param excess the amount by which the bill exceeds what was reserved
     */
    public Optional<BillingBreach> breach(ModelException.Billed billed, Money excess) {
        return admissions.breach(model(), billed.model(), costs.isDearer(billed), excess);
    }

    /**
     * The failure that keeps the pool from taking calls until it is {@linkplain #resume resumed}; empty if none does.
     */
    public Optional<ModelException> stoppedBy() {
        return admissions.stoppedBy();
    }

    /** A text without the {@linkplain ModelClient#masked keys of the clients} of this pool and of those it falls back to. */
    public String masked(String text) {
        String masked = masker.apply(text);
        for (ModelPool other : chain.others()) {
            masked = other.masker.apply(masked);
        }
        return masked;
    }

    /** The client's batch interface; requests in a batch bypass the limits of this pool. */
    public Optional<BatchClient> batches() {
        return client.batches();
    }

    /**
     * Calls the model, with retries; blocks until the last attempt has ended, and spends money.
     *
     * <p>If the builder asked for it, the provider counts the input first; this exchange bypasses the limits of the
     * pool. Calls that share a long prefix wait briefly for the first of them, see {@link Builder#prefixPatience}.
     *
     * <p>The terms' budget pays for every attempt. An attempt is settled at the cost of the usage that the provider
     * reports, released if it was turned away unpaid, and forfeited if its usage is unknown, missing or impossible. The
     * cost is that of the dearer of the model asked for and the model that answered; if the latter is dearer, the pool
     * stops afterwards. An attempt may take 10 minutes, unless configured otherwise, and never longer than until the
     * deadline.
     *
     * @throws CallRefusedException if the call or a retry of it could not be sent
     * @throws dev.cadre.budget.BudgetClosedException if the budget was closed; if an attempt went before, its failure
     *     is suppressed in it
     * @throws ModelException if the last attempt failed
     * @throws UnpricedException as for {@link #worstCase}; nothing was sent
     * @throws ModelShutDownException as for {@link #requireInService}; nothing was sent
     * @throws InterruptedException if the thread was interrupted: a call that waited has taken nothing, an attempt in
     *     flight is forfeited
     */
    public ModelReply call(ModelRequest request, CallTerms terms) throws InterruptedException {
        if (!request.model().equals(model())) {
            throw new IllegalArgumentException(
                    "a request for model '%s' came to the pool of '%s'".formatted(request.model(), model()));
        }
        return chain.isEmpty() ? leg(request, terms, Leg.WHOLE) : chain.call(this, request, terms);
    }

    /** The pause that lets no call start now. */
    Optional<CallRefusedException.Reason.PoolPaused> pause() {
        return admissions.pause();
    }

    /** The part of a call that this pool makes itself. */
    ModelReply leg(ModelRequest request, CallTerms terms, Leg leg) throws InterruptedException {
        requireInService();
        ModelRequest filled = defaults.fill(request);
        long input = count.of(defaults.last(filled), terms);
        Money need = defaults.worstCase(filled, input, costs);
        // while it waits for the first call of its prefix it holds nothing
        try (var prefix = prefixes.enter(filled, terms.deadlineNanos())) {
            return new PooledCall(client, masker, costs, admissions, defaults, prefix, terms, leg)
                    .run(need, CostCalculator.tokenEstimate(filled));
        }
    }

    /**
     * The notice that the model will be shut down, if that is at most {@link ModelSpec#SHUTDOWN_NOTICE} away; empty if
     * it is shut down already, no shutdown is known, or the pool has no {@linkplain Builder#calendar calendar}.
     */
    public Optional<ShutdownNotice> shutdownNotice() {
        return shutdowns.notice();
    }

    /**
     * Refuses a model that has been shut down by the pool's {@linkplain Builder#calendar calendar}.
     *
     * @throws ModelShutDownException if so
     */
    public void requireInService() {
        shutdowns.requireInService();
    }

    /**
     * Lets calls of this pool, and of those that it falls back to, pass again after a bad key, an exhausted quota or an unreachable address was fixed. Also ends a pause
     * that the provider asked for by a {@code Retry-After} or by its rate limits, and delays before retries. Does
     * nothing if the pool was neither stopped nor paused.
     */
    public void resume() {
        admissions.tell(new PoolEvent.Resumed());
        chain.resume();
    }

    ModelClient client() {
        return client;
    }

    /** A pool like this one, with nothing in flight, that calls its model through another client and falls back to others. */
    ModelPool with(ModelClient other, List<ModelPool> fallbacks) {
        return new ModelPool(this, other, fallbacks);
    }

    /** The pools that it falls back to, in order. */
    List<ModelPool> fallbacks() {
        return chain.others();
    }

    boolean sharesClientWith(ModelPool other) {
        return client.equals(other.client);
    }

    /** Whether it masks what the other one masks. */
    boolean masksLike(ModelPool other) {
        return client.equals(other.client)
                && secrets.equals(other.secrets)
                && fallbacks().isEmpty();
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
        private static final Duration COOL_DOWN = Duration.ofSeconds(30);

        private final ModelClient client;
        private final String model;
        private PoolLimits limits = PoolLimits.STANDARD;
        private @Nullable SharedLimits shared;
        private RetryPolicy retryPolicy = RetryPolicy.standard();
        private @Nullable Duration timeout;
        private ServiceTier serviceTier = ServiceTier.STANDARD;
        private boolean fallsBack;
        private Verbosity verbosity = Verbosity.STANDARD;
        private String safetyIdentifier = "";
        private @Nullable InputCounter counter;
        private Duration prefixPatience = PREFIX_PATIENCE;
        private @Nullable InstantSource calendar;
        private final PriceSettings prices;
        private final List<ModelPool> fallbacks = new ArrayList<>();
        private Duration coolDown = COOL_DOWN;
        private Redactor secrets = Redactor.SHAPES;

        private Builder(ModelClient client, String model) {
            this.client = client;
            this.model = model;
            prices = new PriceSettings(model);
        }

        /** The most calls in flight; default 64. Overload lowers it for a while. */
        public Builder maxParallel(int maxParallel) {
            limits = limits.withMaxParallel(maxParallel);
            return this;
        }

        /**
         * The most calls started in a minute; default: the limit that the provider reports, which also lowers a
         * configured rate. A burst is at most a sixth of it.
         */
        public Builder requestsPerMinute(long requestsPerMinute) {
            limits = limits.withRequestsPerMinute(requestsPerMinute);
            return this;
        }

        /** The most input and output tokens in a minute; default and burst as for {@link #requestsPerMinute}. */
        public Builder tokensPerMinute(long tokensPerMinute) {
            limits = limits.withTokensPerMinute(tokensPerMinute);
            return this;
        }

        /**
         * Shares the limits of requests and tokens per minute with other processes: those stated here, which are those of
         * the whole account then, and those that the provider reports. The caller closes it after the last call. Default:
         * this process has the limits alone.
         */
        public Builder sharedLimits(SharedLimits shared) {
            this.shared = shared;
            return this;
        }

        /** The rules for retries; default {@link RetryPolicy#standard()}. */
        public Builder retryPolicy(RetryPolicy retryPolicy) {
            this.retryPolicy = retryPolicy;
            return this;
        }

        /** The time limit of one attempt; default 10 minutes, 15 in flex processing, at most 30 days. */
        public Builder timeout(Duration timeout) {
            if (!timeout.isPositive() || timeout.compareTo(NanoTime.LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "the timeout must be positive and at most %s, not %s".formatted(NanoTime.LONGEST, timeout));
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * The processing class of requests that ask for {@link ServiceTier#STANDARD}, which is the default; the choice
         * of a subtask type has priority. A reply is billed by the class that it names.
         */
        public Builder serviceTier(ServiceTier tier) {
            this.serviceTier = tier;
            return this;
        }

        /**
         * Retries a call for which flex processing has no capacity as an ordinary call. Its ordinary price is then
         * reserved from the start. Default: the call waits for capacity.
         */
        public Builder fallBackToStandard() {
            this.fallsBack = true;
            return this;
        }

        /**
         * The pools that make a call, in this order, if this one cannot: other endpoints of the same model or other
         * models, each with its own limits, retries, price and key. Default: none.
         *
         * <p>A call moves on, after the retries of the pool, if the failure is the endpoint's: overload, a failed
         * server or connection, the key, the quota, an unknown model, or a pool that is stopped or paused beyond the
         * call's deadline. It never does if the request itself was refused, or if text has been delivered. An attempt
         * reserves the worst case of the dearest pool and is booked at the price of the pool that made it. The reply's
         * {@linkplain ModelReply#notes() notes} and the events state who answered, and why.
         *
         * <p>Requests in a batch go to this pool alone. What a pool of the list falls back to itself is ignored.
         */
        public Builder fallBackTo(ModelPool... others) {
            fallbacks.addAll(List.of(others));
            return this;
        }

        /**
         * The time for which a pool that could not make a call is passed over by later ones; then one call tries it
         * again. Default 30 seconds; at most 30 days.
         */
        public Builder coolDown(Duration coolDown) {
            if (coolDown.isNegative() || coolDown.compareTo(NanoTime.LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "the cool-down must be between zero and %s, not %s".formatted(NanoTime.LONGEST, coolDown));
            }
            this.coolDown = coolDown;
            return this;
        }

        /** How much the model writes, where a request does not say; default {@link Verbosity#STANDARD}. */
        public Builder verbosity(Verbosity verbosity) {
            this.verbosity = verbosity;
            return this;
        }

        /** The id of the end user, see {@link dev.cadre.model.CallOptions#safetyIdentifier()}; default none. */
        public Builder safetyIdentifier(String safetyIdentifier) {
            this.safetyIdentifier =
                    CallOptions.NONE.withSafetyIdentifier(safetyIdentifier).safetyIdentifier();
            return this;
        }

        /**
         * Lets the provider count the tokens of each input before its money is reserved. This costs one more exchange
         * for each call, which is not billed, and makes the reservation far smaller; files without a bound of their own
         * can be sent. If the provider does not answer within 10 seconds, the bound is reserved. Default: no counting.
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
         * The time that calls with the same prefix of 1,024 tokens or more wait for the reply to the first of them to
         * begin, so that the provider serves the prefix from its cache; default 2 seconds, zero to disable it. They
         * hold nothing meanwhile.
         */
        public Builder prefixPatience(Duration patience) {
            if (patience.isNegative() || patience.compareTo(NanoTime.LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "the patience must be between zero and %s, not %s".formatted(NanoTime.LONGEST, patience));
            }
            this.prefixPatience = patience;
            return this;
        }

        /**
         * A secret that the client shows to its server and cannot {@linkplain ModelClient#masked mask} itself, such as the key
         * in a model of LangChain4j: it is taken out of messages, events and logs, see {@link ModelClient#masked}. One of fewer
         * than eight characters is ignored. Default: none.
         */
        public Builder hiding(String secret) {
            secrets = secrets.alsoHiding(secret);
            return this;
        }

        /** The surcharge on the price of every token, in percent: 10 for data residency at OpenAI; default none. */
        public Builder surcharge(int percent) {
            prices.surchargePercent = percent;
            return this;
        }

        /** The price of calls of a tool at the provider; overrides the catalogue. */
        public Builder toolPrice(ProviderTool.Kind kind, Price.OfTool price) {
            prices.toolPrices.put(kind, price);
            return this;
        }

        /**
         * The source of the current day, in UTC. A model that has been shut down is refused, now and before each call;
         * an event of the run reports a shutdown that is near. The dates are those of the catalogue, which {@link
         * ModelCatalog#withShutdowns} updates. Default: shutdowns are ignored.
         */
        public Builder calendar(InstantSource calendar) {
            this.calendar = calendar;
            return this;
        }

        /** The catalogue with the model and its price; default {@link ModelCatalog#standard()}. */
        public Builder catalog(ModelCatalog catalog) {
            prices.catalog = catalog;
            return this;
        }

        /**
         * The price of this model; overrides the catalogue, whichever model a reply names. Default: the catalogue's
         * price.
         */
        public Builder price(Price price) {
            prices.price = price;
            return this;
        }

        /**
         * Builds the pool.
         *
         * @throws UnpricedException.OfModel if no price was given and the catalogue does not have the model
         * @throws ModelShutDownException if the model has been shut down by the {@link #calendar}
         * @throws dev.cadre.price.UnpricedException if the model is not offered in the service tier
         * @throws dev.cadre.price.UnpricedException.OfSize if the client reports an unusable number of bytes
         */
        public ModelPool build() {
            var pool = new ModelPool(this, prices.costs().sentBy(client));
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
