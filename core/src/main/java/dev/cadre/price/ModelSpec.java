// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.model.Attachment;
import dev.cadre.model.Attachment.Detail;
import dev.cadre.model.ProviderTool;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a model: data, with its source and date.
 *
 * @param id the provider's id without a date, such as {@code gpt-5.4-nano}
 * @param provider who serves it, such as {@code openai}; empty if not said
 * @param price what its tokens cost
 * @param contextTokens input and output together; {@link #UNKNOWN} if not said
 * @param maxInputTokens the longest input; {@link #UNKNOWN} if not said
 * @param maxOutputTokens the longest output, reasoning included; {@link #UNKNOWN} if not said
 * @param bytesBoundTokens whether its tokenizer never makes more tokens of a text than the text has UTF-8 bytes
 * @param capabilities what it can do
 * @param imageTokens the most input tokens that one image makes at each detail; a detail that is absent is not known, and
 *     such an image is refused
 * @param toolPrices what calls of the provider's tools cost; a tool that is absent is refused
 * @param shutdownDate the first day without it, or null if none is announced
 * @param source where these facts were read; empty if not said
 * @param asOf the day they were read, or null if not said
 */
public record ModelSpec(
        String id,
        String provider,
        Price price,
        long contextTokens,
        long maxInputTokens,
        long maxOutputTokens,
        boolean bytesBoundTokens,
        Set<Capability> capabilities,
        Map<Detail, Long> imageTokens,
        Map<ProviderTool.Kind, ToolPrice> toolPrices,
        @Nullable LocalDate shutdownDate,
        String source,
        @Nullable LocalDate asOf) {

    /** A limit that is not known, and so never reached. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    /**
     * How long before its shutdown a model is warned of: half a year, in which a team can try another model beside it and
     * still move at leisure.
     */
    public static final Duration SHUTDOWN_NOTICE = Duration.ofDays(180);

    public ModelSpec {
        if (id.isBlank()) {
            throw new IllegalArgumentException("the model id is blank");
        }
        if (contextTokens < 1 || maxInputTokens < 1 || maxOutputTokens < 1) {
            throw new IllegalArgumentException("model '%s' with a limit below 1 token: context=%d, input=%d, output=%d"
                    .formatted(id, contextTokens, maxInputTokens, maxOutputTokens));
        }
        var copy = EnumSet.noneOf(Capability.class);
        copy.addAll(capabilities);
        capabilities = Collections.unmodifiableSet(copy);
        var images = new EnumMap<Detail, Long>(Detail.class);
        images.putAll(imageTokens);
        if (images.values().stream().anyMatch(tokens -> tokens < 1)) {
            throw new IllegalArgumentException("model '%s' with images below 1 token: %s".formatted(id, imageTokens));
        }
        imageTokens = Collections.unmodifiableMap(images);
        var tools = new EnumMap<ProviderTool.Kind, ToolPrice>(ProviderTool.Kind.class);
        tools.putAll(toolPrices);
        toolPrices = Collections.unmodifiableMap(tools);
    }

    /** A model that reads no images and has no tools of its provider. */
    public ModelSpec(
            String id,
            String provider,
            Price price,
            long contextTokens,
            long maxInputTokens,
            long maxOutputTokens,
            boolean bytesBoundTokens,
            Set<Capability> capabilities,
            @Nullable LocalDate shutdownDate,
            String source,
            @Nullable LocalDate asOf) {
        this(
                id,
                provider,
                price,
                contextTokens,
                maxInputTokens,
                maxOutputTokens,
                bytesBoundTokens,
                capabilities,
                Map.of(),
                Map.of(),
                shutdownDate,
                source,
                asOf);
    }

    /** A model of which the price is known and nothing else: no limits, no capabilities, no bound on its tokens. */
    public static ModelSpec of(String id, Price price) {
        return new ModelSpec(id, "", price, UNKNOWN, UNKNOWN, UNKNOWN, false, Set.of(), null, "", null);
    }

    /** This model at another price. */
    public ModelSpec withPrice(Price price) {
        return with(price, imageTokens, toolPrices);
    }

    /** This model with a bound for images at one detail; for models whose bound the catalogue does not know. */
    public ModelSpec withImageTokens(Detail detail, long tokens) {
        var more = new EnumMap<Detail, Long>(Detail.class);
        more.putAll(imageTokens);
        more.put(detail, tokens);
        return with(price, more, toolPrices);
    }

    /** This model with a price for the calls of a tool at its provider. */
    public ModelSpec withToolPrice(ProviderTool.Kind kind, ToolPrice price) {
        var more = new EnumMap<ProviderTool.Kind, ToolPrice>(ProviderTool.Kind.class);
        more.putAll(toolPrices);
        more.put(kind, price);
        return with(this.price, imageTokens, more);
    }

    /** This model, or a snapshot of it, with a day from which on it is gone. */
    ModelSpec shuttingDown(String id, LocalDate day) {
        return new ModelSpec(
                id,
                provider,
                price,
                contextTokens,
                maxInputTokens,
                maxOutputTokens,
                bytesBoundTokens,
                capabilities,
                imageTokens,
                toolPrices,
                day,
                source,
                asOf);
    }

    private ModelSpec with(Price price, Map<Detail, Long> imageTokens, Map<ProviderTool.Kind, ToolPrice> toolPrices) {
        return new ModelSpec(
                id,
                provider,
                price,
                contextTokens,
                maxInputTokens,
                maxOutputTokens,
                bytesBoundTokens,
                capabilities,
                imageTokens,
                toolPrices,
                shutdownDate,
                source,
                asOf);
    }

    /**
     * The most input tokens that a picture or file makes.
     *
     * @throws UnpricedInputException if that is not known
     */
    public long tokenBound(Attachment attachment) {
        return switch (attachment) {
            case Attachment.Image image -> imageBound(image.detail());
            case Attachment.File file -> {
                if (file.maxTokens() == Attachment.File.UNKNOWN_TOKENS) {
                    throw new UnpricedInputException("""
                            nobody knows how many tokens the file '%s' makes; state it with boundedBy(tokens), or let \
                            the pool's provider count the input""".formatted(file.name()));
                }
                yield file.maxTokens();
            }
        };
    }

    /**
     * What calls of a tool cost.
     *
     * @throws UnpricedToolException if that is not known
     */
    public ToolPrice toolPrice(ProviderTool.Kind kind) {
        var known = toolPrices.get(kind);
        if (known == null) {
            throw new UnpricedToolException(kind, id);
        }
        return known;
    }

    private long imageBound(Detail detail) {
        var tokens = imageTokens.get(detail);
        if (tokens == null) {
            throw new UnpricedInputException("""
                    nobody knows how many tokens an image at detail %s makes on model '%s' (known: %s); state it with \
                    ModelSpec.withImageTokens""".formatted(detail, id, imageTokens));
        }
        return tokens;
    }

    /** Whether the model has this capability. */
    public boolean can(Capability capability) {
        return capabilities.contains(capability);
    }

    /** The first day without the model, if one is announced. */
    public Optional<LocalDate> shutdown() {
        return Optional.ofNullable(shutdownDate);
    }
}
