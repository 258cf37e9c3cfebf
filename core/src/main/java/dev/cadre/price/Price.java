// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import java.math.BigInteger;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The price of the tokens of one model. Immutable; all arithmetic is exact and rounds once, at the end, up to a
 * pico-dollar.
 *
 * @param input the price of an input token that was neither read from the provider's cache nor written to it
 * @param output the price of an output or reasoning token
 * @param cache the prices of input tokens that were read from the cache or written to it
 * @param longContext the dearer price of long requests
 * @param tierPercents the price in each service tier, in percent of the standard one; a tier that is absent is not
 *     offered
 * @param surchargePercent the surcharge on everything, in percent, such as 10 for a regional endpoint
 */
public record Price(
        Money input,
        Money output,
        Cache cache,
        LongContext longContext,
        Map<ServiceTier, Integer> tierPercents,
        int surchargePercent) {

    /**
     * The prices of the provider's prompt cache.
     *
     * @param read the price of an input token read from the cache
     * @param write the price of an input token written to the cache; the price of input where the provider charges no
     *     extra
     */
    public record Cache(Money read, Money write) {}

    private static final long TOKENS_PER_QUOTE = 1_000_000;
    /** Three percentages are multiplied: long context, service tier, surcharge. */
    private static final BigInteger PERCENTS = BigInteger.valueOf(100 * 100 * 100);

    public Price {
        var percents = new EnumMap<ServiceTier, Integer>(ServiceTier.class);
        percents.putAll(tierPercents);
        if (!Integer.valueOf(100).equals(percents.get(ServiceTier.STANDARD))) {
            throw new IllegalArgumentException("standard service must be priced at 100 percent: " + tierPercents);
        }
        if (percents.values().stream().anyMatch(percent -> percent < 0) || surchargePercent < 0) {
            throw new IllegalArgumentException(
                    "negative percentage: service tiers %s, surcharge %d".formatted(tierPercents, surchargePercent));
        }
        tierPercents = Collections.unmodifiableMap(percents);
    }

    /**
     * A price as providers quote it, in US dollars per million tokens. It is offered in the standard tier only, without
     * a charge for cache writes, long requests or a region.
     *
     * @throws IllegalArgumentException if a token would cost a fraction of a pico-dollar, or see {@link Money#usd}
     */
    public static Price perMillionTokens(String inputUsd, String cachedInputUsd, String outputUsd) {
        var input = perToken(inputUsd);
        return new Price(
                input,
                perToken(outputUsd),
                new Cache(perToken(cachedInputUsd), input),
                LongContext.NONE,
                Map.of(ServiceTier.STANDARD, 100),
                0);
    }

    private static Money perToken(String usdPerMillionTokens) {
        var million = Money.usd(usdPerMillionTokens);
        if (million.picoUsd() % TOKENS_PER_QUOTE != 0) {
            throw new IllegalArgumentException(
                    "a token at %s per million costs a fraction of a pico-dollar".formatted(million));
        }
        return Money.ofPico(million.picoUsd() / TOKENS_PER_QUOTE);
    }

    /** This price with another charge for a token written to the provider's cache. */
    public Price withCacheWrite(Money perToken) {
        return new Price(input, output, new Cache(cache.read(), perToken), longContext, tierPercents, surchargePercent);
    }

    /** This price with another one for long requests. */
    public Price withLongContext(LongContext longContext) {
        return new Price(input, output, cache, longContext, tierPercents, surchargePercent);
    }

    /** This price, offered in one more service tier at a percentage of the standard price. */
    public Price withTier(ServiceTier tier, int percent) {
        var percents = new EnumMap<>(tierPercents);
        percents.put(tier, percent);
        return new Price(input, output, cache, longContext, percents, surchargePercent);
    }

    /** This price with another surcharge, in percent: 10 for data residency at OpenAI. */
    public Price withSurcharge(int percent) {
        return new Price(input, output, cache, longContext, tierPercents, percent);
    }

    /** Whether the model has a price in this service tier. */
    public boolean offers(ServiceTier tier) {
        return tierPercents.containsKey(tier);
    }

    /**
     * The cost of one call's usage in the service tier that the provider billed.
     *
     * @throws UnpricedException if the price does not {@linkplain #offers offer} the tier
     * @throws ArithmeticException beyond the largest {@link Money}
     */
    public Money cost(TokenUsage usage, ServiceTier tier) {
        long plain = usage.inputTokens() - usage.cachedInputTokens() - usage.cacheWriteTokens();
        var inputPico = pico(plain, input)
                .add(pico(usage.cachedInputTokens(), cache.read()))
                .add(pico(usage.cacheWriteTokens(), cache.write()));
        return billed(inputPico, pico(usage.outputTokens(), output), longContext.bandOf(usage.inputTokens()), tier);
    }

    /**
     * The most that one call can cost: no usage within both bounds costs more in this tier. All input is priced at its
     * dearest reading, and in the long-context band if the bound reaches it.
     *
     * @param inputTokenBound the most tokens that the input can have
     * @param maxOutputTokens the cap on output tokens that is sent with the request
     * @throws UnpricedException if the price does not {@linkplain #offers offer} the tier
     * @throws ArithmeticException beyond the largest {@link Money}
     */
    public Money worstCase(long inputTokenBound, long maxOutputTokens, ServiceTier tier) {
        if (inputTokenBound < 0 || maxOutputTokens < 0) {
            throw new IllegalArgumentException(
                    "negative token bound: input=%d, output=%d".formatted(inputTokenBound, maxOutputTokens));
        }
        var inputPico = pico(inputTokenBound, input.atLeast(cache.read()).atLeast(cache.write()));
        var outputPico = pico(maxOutputTokens, output);
        var ordinary = billed(inputPico, outputPico, LongContext.NONE, tier);
        var band = longContext.bandOf(inputTokenBound);
        // both bands are possible: the call may use fewer tokens than the bound, and the long band need not be dearer
        return band.equals(LongContext.NONE) ? ordinary : ordinary.atLeast(billed(inputPico, outputPico, band, tier));
    }

    private Money billed(BigInteger inputPico, BigInteger outputPico, LongContext band, ServiceTier tier) {
        var tierPercent = tierPercents.get(tier);
        if (tierPercent == null) {
            throw new UnpricedException(
                    "no price for service tier %s; this model is offered in %s".formatted(tier, tierPercents.keySet()));
        }
        var inBand = inputPico
                .multiply(BigInteger.valueOf(band.inputPercent()))
                .add(outputPico.multiply(BigInteger.valueOf(band.outputPercent())));
        // a long holds the product of two such numbers
        var percent = BigInteger.valueOf(tierPercent * (100L + surchargePercent));
        return Money.roundedUp(inBand.multiply(percent), PERCENTS);
    }

    private static BigInteger pico(long tokens, Money perToken) {
        return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(perToken.picoUsd()));
    }

    /**
     * The dearer price of long requests: above a number of input tokens the whole request costs more.
     *
     * @param aboveInputTokens the largest input, in tokens, that still has the ordinary price
     * @param inputPercent the price of input above it, cached and cache-written tokens included, in percent of the
     *     ordinary price
     * @param outputPercent the price of output above it, in percent of the ordinary price
     */
    public record LongContext(long aboveInputTokens, int inputPercent, int outputPercent) {

        /** One price for requests of every length. */
        public static final LongContext NONE = new LongContext(Long.MAX_VALUE, 100, 100);

        public LongContext {
            if (aboveInputTokens < 0 || inputPercent < 0 || outputPercent < 0) {
                throw new IllegalArgumentException(
                        "impossible long-context price: %d %% of input, %d %% of output above %d tokens"
                                .formatted(inputPercent, outputPercent, aboveInputTokens));
            }
        }

        LongContext bandOf(long inputTokens) {
            return inputTokens > aboveInputTokens ? this : NONE;
        }
    }

    /**
     * The highest price of a call of a tool at the provider.
     *
     * @param perCall the fee of one call, in every service tier
     * @param maxTokensPerCall the most tokens that one call adds to the input, which is read again after every further
     *     call; for a file search, a call with at most 20 passages
     */
    public record OfTool(Money perCall, long maxTokensPerCall) {
        public OfTool {
            if (maxTokensPerCall < 0) {
                throw new IllegalArgumentException("negative tokens of a tool: " + maxTokensPerCall);
            }
        }
    }
}
