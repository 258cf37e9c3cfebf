// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment.Detail;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ServiceTier;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One model of a price file. Whatever does not fit the shape of {@link Price} is read as the dearer of its readings, so
 * that a cost is never reported below what is billed.
 */
final class PriceEntry {

    private static final String INPUT = "input_cost_per_token";
    private static final String CACHED_INPUT = "cache_read_input_token_cost";
    private static final String CACHE_WRITE = "cache_creation_input_token_cost";
    private static final String OUTPUT = "output_cost_per_token";
    private static final String REASONING = "output_cost_per_reasoning_token";
    private static final List<String> ALL_INPUT = List.of(INPUT, CACHED_INPUT, CACHE_WRITE);
    private static final List<String> ALL = List.of(INPUT, CACHED_INPUT, CACHE_WRITE, OUTPUT);

    private static final Map<ServiceTier, String> TIER_SUFFIXES = new EnumMap<>(
            Map.of(ServiceTier.FLEX, "_flex", ServiceTier.PRIORITY, "_priority", ServiceTier.BATCH, "_batches"));
    /** The threshold of a long-context price is part of the field's name. */
    private static final Pattern ABOVE = Pattern.compile("(?:input|output)_cost_per_token(_above_(\\d{1,9})k_tokens)");

    private static final int PICO_DECIMALS = 12;
    /** Far beyond any price; a number like 1e-999999999 would take minutes to round. */
    private static final int MAX_SCALE = 40;

    private final Json.Obj fields;

    PriceEntry(Json.Obj fields) {
        this.fields = fields;
    }

    /** Whether both prices that no model is without are there. */
    boolean hasTokenPrices() {
        return decimal(INPUT).isPresent() && decimal(OUTPUT).isPresent();
    }

    ModelSpec spec(String id) {
        return new ModelSpec(
                id,
                text("litellm_provider", ""),
                price(),
                limit("context_tokens"),
                limit("max_input_tokens"),
                limit("max_output_tokens"),
                flag("utf8_bytes_bound_tokens"),
                capabilities(),
                imageTokens(),
                toolPrices(),
                date("deprecation_date"),
                text("source", ""),
                date("as_of"));
    }

    private Price price() {
        var input = perToken(INPUT).orElseThrow();
        var output = perToken(OUTPUT).orElseThrow();
        var price = new Price(
                input,
                perToken(CACHED_INPUT).orElse(input),
                perToken(CACHE_WRITE).orElse(input),
                output.atLeast(perToken(REASONING).orElse(output)),
                longContext(),
                Map.of(ServiceTier.STANDARD, 100),
                0);
        for (var tier : TIER_SUFFIXES.entrySet()) {
            if (decimal(INPUT + tier.getValue()).isPresent()
                    && decimal(OUTPUT + tier.getValue()).isPresent()) {
                price = price.withTier(tier.getKey(), percent(ALL, tier.getValue()));
            }
        }
        return price;
    }

    /** Of several thresholds the lowest, with the dearest of their prices. */
    private LongContext longContext() {
        var longContext = LongContext.NONE;
        for (String name : fields.fields().keySet()) {
            var above = ABOVE.matcher(name);
            if (above.matches() && decimal(name).isPresent()) {
                longContext = new LongContext(
                        Math.min(longContext.aboveInputTokens(), 1_000 * Long.parseLong(above.group(2))),
                        Math.max(longContext.inputPercent(), percent(ALL_INPUT, above.group(1))),
                        Math.max(longContext.outputPercent(), percent(List.of(OUTPUT), above.group(1))));
            }
        }
        return longContext;
    }

    /** The largest of the suffixed prices in hundredths of the plain ones, rounded up; 100 if there are none. */
    private int percent(List<String> names, String suffix) {
        return names.stream()
                .filter(name ->
                        decimal(name).isPresent() && decimal(name + suffix).isPresent())
                .mapToInt(name -> percent(
                        decimal(name).orElseThrow(), decimal(name + suffix).orElseThrow(), name + suffix))
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

    private EnumSet<Capability> capabilities() {
        var capabilities = EnumSet.allOf(Capability.class);
        capabilities.removeIf(capability -> !flag(capability.field()));
        return capabilities;
    }

    private Map<Detail, Long> imageTokens() {
        var tokens = new EnumMap<Detail, Long>(Detail.class);
        for (Detail detail : Detail.values()) {
            String name = "image_tokens_" + detail.wireName();
            if (isGiven(name)) {
                tokens.put(detail, fields.longValue(name));
            }
        }
        return tokens;
    }

    /** A fee alone says nothing of the tokens that a call brings along: both must be there. */
    private Map<ProviderTool.Kind, ToolPrice> toolPrices() {
        var prices = new EnumMap<ProviderTool.Kind, ToolPrice>(ProviderTool.Kind.class);
        for (ProviderTool.Kind kind : ProviderTool.Kind.values()) {
            String tokens = kind.fieldName() + "_tokens_per_call";
            var fee = perToken(kind.fieldName() + "_cost_per_call");
            if (fee.isPresent() && isGiven(tokens)) {
                prices.put(kind, new ToolPrice(fee.get(), fields.longValue(tokens)));
            }
        }
        return prices;
    }

    /** A price for a token, rounded up to a pico-dollar. */
    private Optional<Money> perToken(String name) {
        return decimal(name)
                .map(usd -> Money.usd(
                        usd.setScale(PICO_DECIMALS, RoundingMode.CEILING).toPlainString()));
    }

    private Optional<BigDecimal> decimal(String name) {
        if (!isGiven(name)) {
            return Optional.empty();
        }
        var number = fields.decimal(name);
        if (Math.abs(number.scale()) > MAX_SCALE) {
            throw new IllegalArgumentException(name + ": not a price in US dollars: " + number);
        }
        return Optional.of(number);
    }

    private long limit(String name) {
        return isGiven(name) ? fields.longValue(name) : ModelSpec.UNKNOWN;
    }

    private boolean flag(String name) {
        return isGiven(name) && fields.bool(name);
    }

    String text(String name, String otherwise) {
        return isGiven(name) ? fields.string(name) : otherwise;
    }

    private @Nullable LocalDate date(String name) {
        return isGiven(name) ? LocalDate.parse(fields.string(name)) : null;
    }

    /** A field that is null is as good as missing. */
    private boolean isGiven(String name) {
        return fields.at(name).filter(value -> value != Json.Null.NULL).isPresent();
    }
}
