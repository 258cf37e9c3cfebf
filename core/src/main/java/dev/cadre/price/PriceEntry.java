// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment.Detail;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ServiceTier;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The entry of one model in a price file. Of several price ratios the dearest counts, and a model is refused if its
 * bill may contain an unknown charge: a reported cost is never below the bill.
 */
final class PriceEntry {
    private static final String INPUT = "input_cost_per_token";
    private static final String CACHED_INPUT = "cache_read_input_token_cost";
    private static final String CACHE_WRITE = "cache_creation_input_token_cost";
    private static final String OUTPUT = "output_cost_per_token";
    private static final String REASONING = "output_cost_per_reasoning_token";
    private static final List<String> ALL_INPUT = List.of(INPUT, CACHED_INPUT, CACHE_WRITE);
    private static final List<String> ALL = List.of(INPUT, CACHED_INPUT, CACHE_WRITE, OUTPUT);

    /** The modes whose calls are paid by input and output tokens; others, such as images, are priced in other units. */
    private static final Set<String> TEXT_MODES = Set.of("chat", "responses", "completion");

    private static final Map<ServiceTier, String> TIER_SUFFIXES = new EnumMap<>(
            Map.of(ServiceTier.FLEX, "_flex", ServiceTier.PRIORITY, "_priority", ServiceTier.BATCH, "_batches"));
    /** The fields of token prices; the threshold of a long-context price is part of the name. */
    private static final Pattern TOKENS = Pattern.compile("(%s)(_above_(\\d{1,9})k_tokens)?(%s)?"
            .formatted(String.join("|", ALL), String.join("|", TIER_SUFFIXES.values())));

    /** The names of fields that may raise a price. */
    private static final Pattern RAISES = Pattern.compile(".*(?:cost|pric|fee|multiplier|uplift|surcharge).*");
    /**
     * The names of fields that raise the price only of requests that Cadre does not send: with audio, video or a cache
     * for an hour; to a region, which {@link Price#withSurcharge} prices; with a tool of the provider, which is refused
     * without its own price. The last two names are the same price in another unit, and under an older name.
     */
    private static final Pattern NEVER_ASKED =
            Pattern.compile("(?:input_cost_per|cache_(?:read|creation)_input)_(?:audio|video)_.*"
                    + "|cache_creation_input_token_cost_above_1hr.*"
                    + "|regional_processing_uplift_multiplier_.*"
                    + "|search_context_cost_per_query|code_interpreter_cost_per_session|file_search_cost_per_1k_calls"
                    + "|(?:input|output)_dbu_cost_per_token|input_cost_per_token_cache_hit");
    /** The names of models that search on every call, for a fee that the tokens do not show. */
    private static final Pattern ALWAYS_SEARCHES = Pattern.compile("(?<![a-z])(?:search|sonar|online)(?![a-z])");

    private final String id;
    private final PriceFields fields;
    private final Set<String> names;

    PriceEntry(String id, Json.Obj fields) {
        this.id = id;
        this.fields = new PriceFields(fields);
        this.names = fields.fields().keySet();
    }

    /**
     * The facts about the model.
     *
     * @throws RuntimeException of a type that {@link PriceFile} expects, if the model cannot be priced; the message has
     *     the reason
     */
    ModelSpec spec() {
        requireTokenPrices();
        requireNothingUnknown();
        var price = price();
        requireNothingDearer(price);
        return new ModelSpec(id, price, toolPrices(), tokens(), capabilities(), listing());
    }

    private ModelSpec.TokenBounds tokens() {
        return new ModelSpec.TokenBounds(
                fields.limit("context_tokens"),
                fields.limit("max_input_tokens"),
                fields.limit("max_output_tokens"),
                fields.flag("utf8_bytes_bound_tokens"),
                imageTokens());
    }

    private ModelSpec.Listing listing() {
        return new ModelSpec.Listing(
                fields.text("litellm_provider", ""),
                fields.text("source", ""),
                fields.date("as_of"),
                fields.date("deprecation_date"));
    }

    private void requireTokenPrices() {
        String mode = fields.text("mode", "chat");
        if (!TEXT_MODES.contains(mode)) {
            throw new IllegalArgumentException(
                    "the mode '%.40s' is not paid by input and output tokens".formatted(mode));
        }
        for (String name : List.of(INPUT, OUTPUT)) {
            if (fields.decimal(name).isEmpty()) {
                throw new IllegalArgumentException("it has no " + name);
            }
        }
        if (!fields.counts(INPUT) && !fields.counts(OUTPUT)) {
            throw new IllegalArgumentException("its price is zero, which may mean that it is unknown");
        }
    }

    private void requireNothingUnknown() {
        for (String name : names) {
            if (RAISES.matcher(name).matches() && fields.counts(name) && !isUnderstood(name)) {
                throw new IllegalArgumentException(
                        "the field '%.80s' may raise its price in an unknown way".formatted(name));
            }
        }
        boolean isOfSearchers = fields.text("litellm_provider", "").equals("perplexity")
                && fields.counts("search_context_cost_per_query");
        if (isOfSearchers || ALWAYS_SEARCHES.matcher(id).find()) {
            throw new IllegalArgumentException("it searches on every call, for a fee that its tokens do not show");
        }
    }

    private static boolean isUnderstood(String name) {
        return name.equals(REASONING)
                || TOKENS.matcher(name).matches()
                || NEVER_ASKED.matcher(name).matches()
                || Stream.of(ProviderTool.Kind.values()).anyMatch(kind -> name.equals(feeOf(kind)));
    }

    private Price price() {
        var input = fields.money(INPUT).orElseThrow();
        var output = fields.money(OUTPUT).orElseThrow();
        var price = new Price(
                input,
                output.atLeast(fields.money(REASONING).orElse(output)),
                new Price.Cache(
                        fields.money(CACHED_INPUT).orElse(input),
                        fields.money(CACHE_WRITE).orElse(input)),
                longContext(),
                Map.of(ServiceTier.STANDARD, 100),
                0);
        for (var tier : TIER_SUFFIXES.entrySet()) {
            if (fields.isGiven(INPUT + tier.getValue()) && fields.isGiven(OUTPUT + tier.getValue())) {
                price = price.withTier(tier.getKey(), percent(ALL, tier.getValue()));
            }
        }
        return price;
    }

    private Price.LongContext longContext() {
        var thresholds = new TreeSet<Long>();
        for (String name : names) {
            var field = TOKENS.matcher(name);
            if (field.matches() && field.group(3) != null && fields.isGiven(name)) {
                thresholds.add(Long.parseLong(field.group(3)));
            }
        }
        if (thresholds.size() > 1) {
            throw new IllegalArgumentException(
                    "its price rises more than once, above %s thousand tokens".formatted(thresholds));
        }
        if (thresholds.isEmpty()) {
            return Price.LongContext.NONE;
        }
        String suffix = "_above_%dk_tokens".formatted(thresholds.first());
        return new Price.LongContext(
                1_000 * thresholds.first(), percent(ALL_INPUT, suffix), percent(List.of(OUTPUT), suffix));
    }

    /** The largest ratio of a suffixed price to its plain price, in percent, rounded up; 100 if there is none. */
    private int percent(List<String> bases, String suffix) {
        return bases.stream()
                .filter(name -> fields.isGiven(name) && fields.isGiven(name + suffix))
                .mapToInt(name -> percent(
                        fields.decimal(name).orElseThrow(),
                        fields.decimal(name + suffix).orElseThrow(),
                        name + suffix))
                .max()
                .orElse(100);
    }

    private static int percent(BigDecimal plain, BigDecimal other, String name) {
        if (plain.signum() == 0) {
            if (other.signum() == 0) {
                return 100;
            }
            throw new IllegalArgumentException(name + ": a price where the plain one is 0");
        }
        return other.movePointRight(2).divide(plain, 0, RoundingMode.CEILING).intValueExact();
    }

    /**
     * Refuses a price in the file above the reserved one: it may lack a plain price, or be dearer than its ratios
     * allow.
     */
    private void requireNothingDearer(Price price) {
        for (String name : names) {
            var field = TOKENS.matcher(name);
            if (!field.matches() || !fields.isGiven(name)) {
                continue;
            }
            String tierSuffix = field.group(4);
            int tierPercent = TIER_SUFFIXES.entrySet().stream()
                    .filter(tier -> tier.getValue().equals(tierSuffix))
                    .map(tier -> price.tierPercents().getOrDefault(tier.getKey(), Integer.MAX_VALUE)) // not offered
                    .findFirst()
                    .orElse(100);
            String base = field.group(1);
            Price.LongContext band = field.group(2) == null ? Price.LongContext.NONE : price.longContext();
            int bandPercent = base.equals(OUTPUT) ? band.outputPercent() : band.inputPercent();
            BigDecimal reserved = BigDecimal.valueOf(tokenPrice(price, base).picoUsd())
                    .multiply(BigDecimal.valueOf(tierPercent))
                    .multiply(BigDecimal.valueOf(bandPercent));
            // pico-dollars in percent of percent
            if (fields.decimal(name).orElseThrow().movePointRight(12 + 4).compareTo(reserved) > 0) {
                throw new IllegalArgumentException(name + ": dearer than the ratios of the other prices allow");
            }
        }
    }

    private static Money tokenPrice(Price price, String base) {
        return switch (base) {
            case INPUT -> price.input();
            case CACHED_INPUT -> price.cache().read();
            case CACHE_WRITE -> price.cache().write();
            default -> price.output();
        };
    }

    private EnumSet<Capability> capabilities() {
        var capabilities = EnumSet.allOf(Capability.class);
        capabilities.removeIf(capability -> !fields.flag(capability.field()));
        return capabilities;
    }

    private Map<Detail, Long> imageTokens() {
        var tokens = new EnumMap<Detail, Long>(Detail.class);
        for (Detail detail : Detail.values()) {
            String name = "image_tokens_" + detail.wireName();
            if (fields.isGiven(name)) {
                tokens.put(detail, fields.limit(name));
            }
        }
        return tokens;
    }

    /** The prices of tools with a fee and a token bound: a fee alone does not bound the tokens of a call's result. */
    private Map<ProviderTool.Kind, Price.OfTool> toolPrices() {
        var prices = new EnumMap<ProviderTool.Kind, Price.OfTool>(ProviderTool.Kind.class);
        for (ProviderTool.Kind kind : ProviderTool.Kind.values()) {
            String tokens = kind.fieldName() + "_tokens_per_call";
            var fee = fields.money(feeOf(kind));
            if (fee.isPresent() && fields.isGiven(tokens)) {
                prices.put(kind, new Price.OfTool(fee.get(), fields.limit(tokens)));
            }
        }
        return prices;
    }

    private static String feeOf(ProviderTool.Kind kind) {
        return kind.fieldName() + "_cost_per_call";
    }
}
