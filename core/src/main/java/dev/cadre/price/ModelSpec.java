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
 * The known facts about a model: its prices, limits and capabilities, with their source and date. Immutable.
 *
 * @param id the provider's id without a date, such as {@code gpt-5.4-nano}
 * @param price the price of its tokens
 * @param toolPrices the prices of the provider's tools; a tool that is absent is refused
 * @param tokens its token limits and bounds
 * @param capabilities its abilities beyond reading and writing text
 * @param listing who serves it, until when, and where this was read
 */
public record ModelSpec(
        String id,
        Price price,
        Map<ProviderTool.Kind, Price.OfTool> toolPrices,
        TokenBounds tokens,
        Set<Capability> capabilities,
        Listing listing) {

    /**
     * The time before a shutdown in which the pool warns of it: half a year, enough for a team to try another model
     * beside this one and to move without haste.
     */
    public static final Duration SHUTDOWN_NOTICE = Duration.ofDays(180);

    public ModelSpec {
        if (id.isBlank()) {
            throw new IllegalArgumentException("the model id is blank");
        }
        var abilities = EnumSet.noneOf(Capability.class);
        abilities.addAll(capabilities);
        capabilities = Collections.unmodifiableSet(abilities);
        var tools = new EnumMap<ProviderTool.Kind, Price.OfTool>(ProviderTool.Kind.class);
        tools.putAll(toolPrices);
        toolPrices = Collections.unmodifiableMap(tools);
    }

    /** A model with a known price and nothing else: no limits, no capabilities, no bound on its tokens. */
    public static ModelSpec of(String id, Price price) {
        return new ModelSpec(id, price, Map.of(), TokenBounds.NONE, Set.of(), Listing.NONE);
    }

    /** This model at another price. */
    public ModelSpec withPrice(Price price) {
        return new ModelSpec(id, price, toolPrices, tokens, capabilities, listing);
    }

    /** This model with a price for the calls of a tool at its provider. */
    public ModelSpec withToolPrice(ProviderTool.Kind kind, Price.OfTool price) {
        var more = new EnumMap<ProviderTool.Kind, Price.OfTool>(ProviderTool.Kind.class);
        more.putAll(toolPrices);
        more.put(kind, price);
        return new ModelSpec(id, this.price, more, tokens, capabilities, listing);
    }

    /** This model with other token limits and bounds. */
    public ModelSpec withTokens(TokenBounds tokens) {
        return new ModelSpec(id, price, toolPrices, tokens, capabilities, listing);
    }

    /** This model with a bound for images at one detail; for models whose bound the catalogue does not know. */
    public ModelSpec withImageTokens(Detail detail, long tokens) {
        return withTokens(this.tokens.withImage(detail, tokens));
    }

    /** This model with these capabilities and no others. */
    public ModelSpec withCapabilities(Set<Capability> capabilities) {
        return new ModelSpec(id, price, toolPrices, tokens, capabilities, listing);
    }

    /** This model with another listing. */
    public ModelSpec withListing(Listing listing) {
        return new ModelSpec(id, price, toolPrices, tokens, capabilities, listing);
    }

    /** A snapshot of this model, or the model itself, with a shutdown. */
    ModelSpec shuttingDown(String snapshot, LocalDate firstDayWithout) {
        return new ModelSpec(snapshot, price, toolPrices, tokens, capabilities, listing.withShutdown(firstDayWithout));
    }

    /**
     * The most input tokens of a picture or file.
     *
     * @throws UnpricedException if no bound is known
     */
    public long tokenBound(Attachment attachment) {
        return switch (attachment) {
            case Attachment.Image image -> imageBound(image.detail());
            case Attachment.File file -> {
                if (file.maxTokens() == Attachment.File.UNKNOWN_TOKENS) {
                    throw new UnpricedException("""
                            the number of tokens of the file '%s' is unknown; state it with boundedBy(tokens), or let \
                            the pool's provider count the input""".formatted(file.name()));
                }
                yield file.maxTokens();
            }
        };
    }

    /**
     * The price of calls of a tool.
     *
     * @throws UnpricedException if none is known
     */
    public Price.OfTool toolPrice(ProviderTool.Kind kind) {
        var known = toolPrices.get(kind);
        if (known == null) {
            throw new UnpricedException("""
                    no price for a call of %s by model '%s'; state it with ModelPool.Builder.toolPrice, or \
                    ModelSpec.withToolPrice""".formatted(kind, id));
        }
        return known;
    }

    private long imageBound(Detail detail) {
        var bound = tokens.images().get(detail);
        if (bound == null) {
            throw new UnpricedException("""
                    the number of tokens of an image at detail %s on model '%s' is unknown (known: %s); state it with \
                    ModelSpec.withImageTokens""".formatted(detail, id, tokens.images()));
        }
        return bound;
    }

    /** Whether the model has this capability. */
    public boolean can(Capability capability) {
        return capabilities.contains(capability);
    }

    /** The first day without the model, if one is announced. */
    public Optional<LocalDate> shutdown() {
        return Optional.ofNullable(listing.shutdownDate());
    }

    /**
     * The token limits of a model, and the bounds by which its input tokens are estimated from above. Immutable.
     *
     * @param context the most tokens of input and output together; {@link #UNKNOWN} if not stated
     * @param maxInput the most tokens of input; {@link #UNKNOWN} if not stated
     * @param maxOutput the most tokens of output, reasoning included; {@link #UNKNOWN} if not stated
     * @param bytesBoundTokens whether the tokenizer never makes more tokens of a text than the text has UTF-8 bytes
     * @param images the most input tokens of one image at each detail; an image at a detail that is absent is refused
     */
    public record TokenBounds(
            long context, long maxInput, long maxOutput, boolean bytesBoundTokens, Map<Detail, Long> images) {
        /** A limit that is not known, and so never reached. */
        public static final long UNKNOWN = Long.MAX_VALUE;

        /** No known limit and no bound. */
        public static final TokenBounds NONE = of(UNKNOWN, UNKNOWN, UNKNOWN);

        public TokenBounds {
            if (context < 1 || maxInput < 1 || maxOutput < 1) {
                throw new IllegalArgumentException("a token limit is below 1: context=%d, input=%d, output=%d"
                        .formatted(context, maxInput, maxOutput));
            }
            var copy = new EnumMap<Detail, Long>(Detail.class);
            copy.putAll(images);
            if (copy.values().stream().anyMatch(tokens -> tokens < 1)) {
                throw new IllegalArgumentException("the token bound of an image is below 1: " + images);
            }
            images = Collections.unmodifiableMap(copy);
        }

        /** Limits without a bound on the tokens of a byte or an image. */
        public static TokenBounds of(long context, long maxInput, long maxOutput) {
            return new TokenBounds(context, maxInput, maxOutput, false, Map.of());
        }

        /** These bounds for a tokenizer that makes at most one token of a UTF-8 byte. */
        public TokenBounds boundByBytes() {
            return new TokenBounds(context, maxInput, maxOutput, true, images);
        }

        /** These bounds with a bound for images at one detail. */
        public TokenBounds withImage(Detail detail, long tokens) {
            var more = new EnumMap<Detail, Long>(Detail.class);
            more.putAll(images);
            more.put(detail, tokens);
            return new TokenBounds(context, maxInput, maxOutput, bytesBoundTokens, more);
        }
    }

    /**
     * The listing of a model: who serves it, until when, and where this was read.
     *
     * @param provider the provider, such as {@code openai}; empty if not stated
     * @param source where the facts about the model were read; empty if not stated
     * @param asOf the day on which they were read; null if not stated
     * @param shutdownDate the first day without the model; null if none is announced
     */
    public record Listing(
            String provider,
            String source,
            @Nullable LocalDate asOf,
            @Nullable LocalDate shutdownDate) {
        /** A listing that states nothing. */
        public static final Listing NONE = new Listing("", "", null, null);

        /** This listing with a shutdown. */
        public Listing withShutdown(@Nullable LocalDate firstDayWithout) {
            return new Listing(provider, source, asOf, firstDayWithout);
        }
    }
}
