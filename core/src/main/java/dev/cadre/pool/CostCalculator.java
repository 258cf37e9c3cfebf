// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.Attachment;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ProviderTool.FileSearch;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.price.UnpricedException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Calculates the highest possible cost of a call of one model, and its real cost. Immutable.
 *
 * <p>Public for drivers of a {@link PoolMachine} outside this package, such as a simulator; carries no compatibility
 * promise.
 */
public final class CostCalculator {
    /** For tokenizers that may make more than one token of a byte. */
    private static final long TOKENS_PER_BYTE = 2;
    /** A usual text has at least four bytes for each token; providers charge their rates by such an estimate. */
    private static final long BYTES_PER_TOKEN = 4;
    /** The tokens of a usual picture, or page of a document. */
    private static final long ATTACHMENT_TOKENS = 1_500;
    /** More tokens than a single call uses; the limit of a model without known limits. */
    private static final long ABSURD_TOKENS = 10_000_000;
    /** More bytes than any request has. */
    static final long MOST_BYTES = 1_000_000_000_000L;

    private final ModelSpec spec;
    private final String model;
    private final ModelCatalog catalog;
    /** The client whose bytes are counted; null to count the bytes of the request itself. */
    private final @Nullable ModelClient client;

    /** @param model the id that is sent, which may be a dated form of the spec's */
    public CostCalculator(ModelSpec spec, String model, ModelCatalog catalog) {
        this(spec, model, catalog, null);
    }

    private CostCalculator(ModelSpec spec, String model, ModelCatalog catalog, @Nullable ModelClient client) {
        this.spec = spec;
        this.model = model;
        this.catalog = catalog;
        this.client = client;
    }

    /** A calculator for requests that this client sends. */
    CostCalculator sentBy(ModelClient sending) {
        return new CostCalculator(spec, model, catalog, sending);
    }

    ModelSpec spec() {
        return spec;
    }

    String model() {
        return model;
    }

    /** The highest cost of the request, which is reserved; throws {@link UnpricedException} if there is no bound. */
    public Money worstCase(ModelRequest request) {
        return worstCase(request, inputBound(request));
    }

    /** The highest cost of the request, given a count or bound of its input tokens. */
    public Money worstCase(ModelRequest request, long inputTokens) {
        long fetched = 0;
        Money fee = Money.ZERO;
        for (ProviderTool tool : request.options().providerTools()) {
            Price.OfTool price = spec.toolPrice(tool.kind());
            fetched = Math.max(fetched, fetchedBy(tool, price));
            fee = fee.atLeast(price.perCall());
        }
        int calls = request.options().maxProviderCalls();
        long input = read(inputTokens, request.maxOutputTokens(), fetched, calls);
        return spec.price()
                .worstCase(input, request.maxOutputTokens(), request.serviceTier())
                .plus(fee.times(calls));
    }

    /**
     * The input tokens of all passes. After each call of a tool at the provider the model reads the whole context
     * again, with the result of the call and its own output; the usage of a reply is the sum of all passes.
     */
    private long read(long inputTokens, long outputTokens, long fetched, int calls) {
        long sum = inputTokens;
        long context = Math.addExact(inputTokens, outputTokens);
        for (int pass = 1; pass <= calls; pass++) {
            context = Math.addExact(context, fetched);
            if (context >= spec.tokens().maxInput()) {
                return Math.addExact(sum, Math.multiplyExact(spec.tokens().maxInput(), calls - pass + 1));
            }
            sum = Math.addExact(sum, context);
        }
        return sum;
    }

    private static long fetchedBy(ProviderTool tool, Price.OfTool price) {
        return tool instanceof ProviderTool.FileSearch search && search.maxResults() > FileSearch.PRICED_RESULTS
                ? Math.ceilDiv(
                        Math.multiplyExact(price.maxTokensPerCall(), search.maxResults()), FileSearch.PRICED_RESULTS)
                : price.maxTokensPerCall();
    }

    /** The most input tokens of the request as it is sent. */
    long inputBound(ModelRequest request) {
        return inputBound(request, 0);
    }

    /** The same for a request whose text is longer by this number of UTF-8 bytes. */
    long inputBound(ModelRequest request, long moreBytes) {
        long bytes = Math.addExact(sentBytes(request), moreBytes);
        long bound = spec.tokens().bytesBoundTokens() ? bytes : Math.multiplyExact(bytes, TOKENS_PER_BYTE);
        for (Attachment attachment : request.attachments()) {
            bound = Math.addExact(bound, spec.tokenBound(attachment));
        }
        return bound;
    }

    /** Checked, because the client may be code of a user: no reservation may rest on an impossible count. */
    private long sentBytes(ModelRequest request) {
        if (client == null) {
            return request.inputBytes();
        }
        String name = client.getClass().getName();
        long bytes;
        try {
            bytes = client.sentBytes(request);
        } catch (Throwable broken) { // any exception of a broken client
            throw new UnpricedException.OfSize(name, broken);
        }
        if (bytes < 0 || bytes > MOST_BYTES) {
            throw new UnpricedException.OfSize(name, bytes);
        }
        return bytes;
    }

    /** The tokens that the input of a usual request has, if its text is longer by this number of UTF-8 bytes. */
    public static long inputEstimate(ModelRequest request, long moreBytes) {
        long more = moreBytes / BYTES_PER_TOKEN;
        long input = request.inputBytes() / BYTES_PER_TOKEN
                + ATTACHMENT_TOKENS * request.attachments().size();
        return more > Long.MAX_VALUE - input ? Long.MAX_VALUE : input + more;
    }

    /** The tokens that are taken from the token rate until the usage is known. */
    public static long tokenEstimate(ModelRequest request) {
        long input = inputEstimate(request, 0);
        return request.maxOutputTokens() > Long.MAX_VALUE - input ? Long.MAX_VALUE : input + request.maxOutputTokens();
    }

    /**
     * The cost of a reply; empty if it is unknown, because the usage is missing or impossible or the service tier has
     * no price. It is priced by the dearer of the model and service tier asked for and those that the reply names.
     *
     * @param asked the service tier that was asked for
     * @param reserved what the call was allowed to cost; a usage beyond it is believed only within the limits of the
     *     model
     */
    public Optional<Money> cost(ModelReply reply, ServiceTier asked, Money reserved) {
        return reply.billed().flatMap(billed -> cost(billed, asked, reserved));
    }

    /** The cost of a failed call, by the same rules. */
    public Optional<Money> cost(ModelException.Billed billed, ServiceTier asked, Money reserved) {
        TokenUsage usage = billed.usage();
        if (usage.inputTokens() == 0 && usage.outputTokens() == 0) {
            return Optional.empty();
        }
        ModelSpec answering = catalog.answering(billed.model(), spec);
        try {
            Money tokens = dearer(spec.price(), usage, asked, billed.serviceTier())
                    .atLeast(dearer(regional(answering.price()), usage, asked, billed.serviceTier()));
            Money cost = tokens.plus(fees(billed));
            return cost.isMoreThan(reserved) && !isWithinLimits(usage, answering.tokens())
                    ? Optional.empty()
                    : Optional.of(cost);
        } catch (UnpricedException | ArithmeticException unknown) {
            return Optional.empty();
        }
    }

    /** The dearer of both tiers; a model that answers instead of another may lack the tier that was asked for. */
    private static Money dearer(Price price, TokenUsage usage, ServiceTier asked, ServiceTier named) {
        // nothing costs more in flex processing than without it; what a dearer class costs, only its price knows
        boolean isCheaper = named == ServiceTier.FLEX && !price.offers(named);
        Money cost = price.cost(usage, isCheaper ? ServiceTier.STANDARD : named);
        return price.offers(asked) ? cost.atLeast(price.cost(usage, asked)) : cost;
    }

    /** Whether another model answered, at a price above that of the one that was asked. */
    public boolean isDearer(ModelException.Billed billed) {
        if (ModelCatalog.isSame(billed.model(), model)) {
            return false;
        }
        Price answering = regional(catalog.answering(billed.model(), spec).price());
        try {
            return answering
                    .cost(billed.usage(), billed.serviceTier())
                    .isMoreThan(spec.price().cost(billed.usage(), billed.serviceTier()));
        } catch (UnpricedException | ArithmeticException unknown) {
            return false; // the worst case is booked
        }
    }

    /**
     * The highest cost of a call that a dearer model answered, by that model's limits and prices.
     *
     * @param sent the request, with the service tier that is billed
     * @return empty if the model that answered is not dearer, or has no price for what was sent
     */
    Optional<Money> dearerWorstCase(ModelRequest sent, String answeredBy) {
        if (ModelCatalog.isSame(answeredBy, model)) {
            return Optional.empty();
        }
        ModelSpec answering = catalog.answering(answeredBy, spec);
        try {
            var other =
                    new CostCalculator(answering.withPrice(regional(answering.price())), answeredBy, catalog, client);
            return Optional.of(other.worstCase(sent)).filter(worst -> worst.isMoreThan(worstCase(sent)));
        } catch (UnpricedException | ArithmeticException unknown) {
            return Optional.empty();
        }
    }

    /** The price with the surcharge of the region, which is that of the model asked for. */
    private Price regional(Price answering) {
        int percent = Math.max(spec.price().surchargePercent(), answering.surchargePercent());
        return answering.withSurcharge(percent);
    }

    private Money fees(ModelException.Billed billed) {
        Money fees = Money.ZERO;
        for (var calls : billed.providerCalls().entrySet()) {
            fees = fees.plus(spec.toolPrice(calls.getKey()).perCall().times(calls.getValue()));
        }
        return fees;
    }

    private static boolean isWithinLimits(TokenUsage usage, TokenBounds limits) {
        return usage.inputTokens() <= known(limits.maxInput())
                && usage.outputTokens() <= known(limits.maxOutput())
                && usage.totalTokens() <= known(limits.context());
    }

    private static long known(long maximum) {
        return maximum == TokenBounds.UNKNOWN ? ABSURD_TOKENS : maximum;
    }
}
