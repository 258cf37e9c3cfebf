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
 * One model of a price file. Prices that do not stand in one ratio are read at the dearest of their ratios, and a model is
 * refused whose bill holds something that is not understood: a cost is never reported below what is billed.
 */
final class PriceEntry {
    private static final String INPUT = "input_cost_per_token";
    private static final String CACHED_INPUT = "cache_read_input_token_cost";
    private static final String CACHE_WRITE = "cache_creation_input_token_cost";
    private static final String OUTPUT = "output_cost_per_token";
    private static final String REASONING = "output_cost_per_reasoning_token";
    private static final List<String> ALL_INPUT = List.of(INPUT, CACHED_INPUT, CACHE_WRITE);
    private static final List<String> ALL = List.of(INPUT, CACHED_INPUT, CACHE_WRITE, OUTPUT);

    /** Modes whose calls are paid by input and output tokens; others, such as images, are priced by other units. */
    private static final Set<String> TEXT_MODES = Set.of("chat", "responses", "completion");

    private static final Map<ServiceTier, String> TIER_SUFFIXES = new EnumMap<>(
            Map.of(ServiceTier.FLEX, "_flex", ServiceTier.PRIORITY, "_priority", ServiceTier.BATCH, "_batches"));
    /** The threshold of a long-context price is part of the field's name. */
    private static final Pattern TOKENS = Pattern.compile(
            "(%s)(_above_(\\d{1,9})k_tokens)?(%s)?".formatted(String.join("|", ALL), String.join("|", TIER_SUFFIXES.values())));

    /** What may raise a price, by its name. */
    private static final Pattern RAISES =
            Pattern.compile(".*(?:cost|pric|fee|multiplier|uplift|surcharge).*");
    /**
     * What raises it only for requests that are not made here: those that hold sound or film, or want a cache for an hour;
     * that go to a region, which {@link Price#withSurcharge} prices; that use a tool of the provider, which is refused
     * without a price of its own. The last ones are the same price in another unit, and by an older name.
     */
    private static final Pattern NEVER_ASKED = Pattern.compile("(?:input_cost_per|cache_(?:read|creation)_input)_(?:audio|video)_.*"
            + "|cache_creation_input_token_cost_above_1hr.*"
            + "|regional_processing_uplift_multiplier_.*"
            + "|search_context_cost_per_query|code_interpreter_cost_per_session|file_search_cost_per_1k_calls"
            + "|(?:input|output)_dbu_cost_per_token|input_cost_per_token_cache_hit");
    /** Names of models that search on every call, whose fee no token shows. */
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
     * What is known about the model.
     *
     * @throws RuntimeException of the kinds that {@link PriceFile} expects, if it cannot be priced; the message says why
     */
    ModelSpec spec() {
        requireTokenPrices();
        requireNothingUnknown();
        var price = price();
        requireNothingDearer(price);
        return new ModelSpec(
                id,
                fields.text("litellm_provider", ""),
                price,
                fields.limit("context_tokens"),
                fields.limit("max_input_tokens"),
                fields.limit("max_output_tokens"),
                fields.flag("utf8_bytes_bound_tokens"),
                capabilities(),
                imageTokens(),
                toolPrices(),
                fields.date("deprecation_date"),
                fields.text("source", ""),
                fields.date("as_of"));
    }

    private void requireTokenPrices() {
        String mode = fields.text("mode", "chat");
        if (!TEXT_MODES.contains(mode)) {
            throw new IllegalArgumentException("the mode '%.40s' is not paid by input and output tokens".formatted(mode));
        }
        for (String name : List.of(INPUT, OUTPUT)) {
            if (fields.decimal(name).isEmpty()) {
                throw new IllegalArgumentException("it has no " + name);
            }
        }
        if (!fields.counts(INPUT) && !fields.counts(OUTPUT)) {
            throw new IllegalArgumentException("its price is zero, which may mean that nobody knows it");
        }
    }

    private void requireNothingUnknown() {
        for (String name : names) {
            if (RAISES.matcher(name).matches() && fields.counts(name) && !isUnderstood(name)) {
                throw new IllegalArgumentException("the field '%.80s' may raise its price, nobody knows how".formatted(name));
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
                fields.money(CACHED_INPUT).orElse(input),
                fields.money(CACHE_WRITE).orElse(input),
                output.atLeast(fields.money(REASONING).orElse(output)),
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

    private LongContext longContext() {
        var thresholds = new TreeSet<Long>();
        for (String name : names) {
            var field = TOKENS.matcher(name);
            if (field.matches() && field.group(3) != null && fields.isGiven(name)) {
                thresholds.add(Long.parseLong(field.group(3)));
            }
        }
        if (thresholds.size() > 1) {
            throw new IllegalArgumentException("its price rises more than once, above %s thousand tokens".formatted(thresholds));
        }
        if (thresholds.isEmpty()) {
            return LongContext.NONE;
        }
        String suffix = "_above_%dk_tokens".formatted(thresholds.first());
        return new LongContext(
                1_000 * thresholds.first(), percent(ALL_INPUT, suffix), percent(List.of(OUTPUT), suffix));
    }

    /** The largest of the suffixed prices in hundredths of the plain ones, rounded up; 100 if there are none. */
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

    /** No price in the file may be above the one that is reserved: one may stand alone, or be dearer than its parts. */
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
            LongContext band = field.group(2) == null ? LongContext.NONE : price.longContext();
            int bandPercent = base.equals(OUTPUT) ? band.outputPercent() : band.inputPercent();
            BigDecimal reserved = BigDecimal.valueOf(tokenPrice(price, base).picoUsd())
                    .multiply(BigDecimal.valueOf(tierPercent))
                    .multiply(BigDecimal.valueOf(bandPercent));
            // pico-dollars in hundredths of hundredths
            if (fields.decimal(name).orElseThrow().movePointRight(12 + 4).compareTo(reserved) > 0) {
                throw new IllegalArgumentException(name + ": dearer than what the other prices make of it");
            }
        }
    }

    private static Money tokenPrice(Price price, String base) {
        return switch (base) {
            case INPUT -> price.input();
            case CACHED_INPUT -> price.cachedInput();
            case CACHE_WRITE -> price.cacheWrite();
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

    /** A fee alone says nothing of the tokens that a call brings along: both must be there. */
    private Map<ProviderTool.Kind, ToolPrice> toolPrices() {
        var prices = new EnumMap<ProviderTool.Kind, ToolPrice>(ProviderTool.Kind.class);
        for (ProviderTool.Kind kind : ProviderTool.Kind.values()) {
            String tokens = kind.fieldName() + "_tokens_per_call";
            var fee = fields.money(feeOf(kind));
            if (fee.isPresent() && fields.isGiven(tokens)) {
                prices.put(kind, new ToolPrice(fee.get(), fields.limit(tokens)));
            }
        }
        return prices;
    }

    private static String feeOf(ProviderTool.Kind kind) {
        return kind.fieldName() + "_cost_per_call";
    }
}
