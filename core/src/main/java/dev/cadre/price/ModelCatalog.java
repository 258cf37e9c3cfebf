// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The models with known prices, which are the only ones that can be called. Immutable. */
public final class ModelCatalog {

    /** The date at the end of a snapshot's id: {@code gpt-5.4-nano-2026-03-17}, {@code claude-haiku-4-5-20251001}. */
    private static final Pattern DATE = Pattern.compile("-(20\\d{2}-\\d{2}-\\d{2}|20\\d{6})$");

    private static final String LATEST = "-latest";

    private final Map<String, ModelSpec> byId;
    private final Map<String, Skipped> skipped;

    private ModelCatalog(Map<String, ModelSpec> byId, Map<String, Skipped> skipped) {
        this.byId = Collections.unmodifiableMap(byId);
        this.skipped = Collections.unmodifiableMap(skipped);
    }

    /** A catalogue of the given models and no others; of two models with one id the later counts. */
    public static ModelCatalog of(List<ModelSpec> specs) {
        return of(specs, List.of());
    }

    private static ModelCatalog of(List<ModelSpec> specs, List<Skipped> skipped) {
        var byId = new LinkedHashMap<String, ModelSpec>();
        specs.forEach(spec -> byId.put(spec.id(), spec));
        var unpriced = new LinkedHashMap<String, Skipped>();
        skipped.forEach(model -> unpriced.put(model.id(), model));
        return new ModelCatalog(byId, unpriced);
    }

    /**
     * The models that Cadre knows, with sources and dates in each {@link ModelSpec}. Prices change, and only the
     * provider knows what it bills; {@link #parse} reads a newer file.
     */
    public static ModelCatalog standard() {
        return Standard.CATALOG;
    }

    /**
     * Reads a price file: an object of models by id, with LiteLLM's field names and prices in US dollars per token.
     * Prices are read exactly and rounded up to a pico-dollar. If the prices of a service tier, or of long requests,
     * have several ratios to the ordinary prices, the dearest ratio counts for all of them.
     *
     * <p>A model that cannot be priced in this way is {@linkplain #skipped left out} with the reason: it is not paid by
     * input and output tokens, its price is missing or zero, or a field has the wrong type or may raise the price in an
     * unknown way. Such a model is refused when it is asked for, and so are its dated snapshots that are not listed.
     *
     * <p>Beyond LiteLLM's fields: {@code context_tokens}; {@code utf8_bytes_bound_tokens}, false by default, see {@link
     * ModelSpec.TokenBounds#bytesBoundTokens}; {@code supports_prompt_cache_breakpoints}, see {@link
     * Capability#PROMPT_CACHE_BREAKPOINTS}; {@code as_of}, a date; {@code image_tokens_low}, {@code _high} and so on
     * for each detail; {@code web_search_cost_per_call} with {@code web_search_tokens_per_call}, and so on for each
     * tool.
     *
     * @throws PriceFileException if the text is not a price file
     */
    public static ModelCatalog parse(String json) {
        PriceFile file = PriceFile.read(json);
        return of(file.models(), file.skipped());
    }

    /** This catalogue with a model added, or replaced in its place. */
    public ModelCatalog with(ModelSpec spec) {
        var copy = new LinkedHashMap<>(byId);
        copy.put(spec.id(), spec);
        var others = new LinkedHashMap<>(skipped);
        others.remove(spec.id());
        return new ModelCatalog(copy, others);
    }

    /**
     * This catalogue with the shutdown dates that a provider reports, which replace its own. A dated snapshot that is
     * not listed gets its own entry; dates of models that the catalogue does not have are ignored.
     *
     * @param dates the first day without a model, by the provider's id
     */
    public ModelCatalog withShutdowns(Map<String, LocalDate> dates) {
        var copy = new LinkedHashMap<>(byId);
        dates.forEach((model, day) -> find(model).ifPresent(spec -> copy.put(model, spec.shuttingDown(model, day))));
        return new ModelCatalog(copy, skipped);
    }

    /**
     * The known facts about a model.
     *
     * @param model the id of the model or of a dated snapshot; a snapshot that is not listed has the facts of its model
     * @throws UnpricedException.OfModel if the catalogue does not have it
     */
    public ModelSpec spec(String model) {
        return find(model).orElseThrow(() -> {
            Skipped unpriced = skipped.get(listed(model));
            return unpriced == null
                    ? new UnpricedException.OfModel(model)
                    : new UnpricedException.OfModel(model, unpriced);
        });
    }

    /** The known facts about a model; empty if the catalogue does not have it. */
    public Optional<ModelSpec> find(String model) {
        return Optional.ofNullable(byId.get(listed(model)));
    }

    /**
     * The facts by which a reply is billed: those of the model that answered. They are those of the model that was
     * asked if both are the same under two names, or if the catalogue does not know the one that answered.
     *
     * @param named the model that answered, as the provider names it
     * @param asked the model that was asked
     */
    public ModelSpec answering(String named, ModelSpec asked) {
        if (byId.containsKey(named)) {
            return isSame(named, asked.id()) && withoutDate(named).equals(named) ? asked : byId.get(named);
        }
        return isSame(named, asked.id())
                ? asked
                : find(named).or(() -> find(bare(named))).orElse(asked);
    }

    /** Whether two names mean one model: with or without a provider in front, a date or {@code latest} at the end. */
    public static boolean isSame(String one, String other) {
        return one.equals(other) || withoutDate(bare(one)).equalsIgnoreCase(withoutDate(bare(other)));
    }

    /** The name without its provider, as in {@code openai/gpt-5.4}. */
    private static String bare(String model) {
        return model.substring(model.lastIndexOf('/') + 1);
    }

    private static String withoutDate(String model) {
        String undated = DATE.matcher(model).replaceFirst("");
        return undated.endsWith(LATEST) ? undated.substring(0, undated.length() - LATEST.length()) : undated;
    }

    /** The id itself if it is listed or skipped; else the id of its model, without a date. */
    private String listed(String model) {
        return byId.containsKey(model) || skipped.containsKey(model)
                ? model
                : DATE.matcher(model).replaceFirst("");
    }

    /** All models, in the order in which they were listed. */
    public List<ModelSpec> models() {
        return List.copyOf(byId.values());
    }

    /** The models of the price file that cannot be priced, in its order; empty if there was no file. */
    public List<Skipped> skipped() {
        return List.copyOf(skipped.values());
    }

    /** The standard catalogue, read at its first use. */
    private static final class Standard {
        static final ModelCatalog CATALOG = read();

        private static ModelCatalog read() {
            try (var file = ModelCatalog.class.getResourceAsStream("models.json")) {
                if (file == null) {
                    throw new IllegalStateException("models.json is missing beside " + ModelCatalog.class.getName());
                }
                ModelCatalog catalog = parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
                if (!catalog.skipped.isEmpty()) {
                    throw new IllegalStateException("models.json has models without a price: " + catalog.skipped());
                }
                return catalog;
            } catch (IOException unreadable) {
                throw new UncheckedIOException("models.json cannot be read", unreadable);
            }
        }
    }

    /**
     * A model of a price file that cannot be priced.
     *
     * @param reason the reason, for people; cut after {@value #MAX_REASON_CHARS} characters
     */
    public record Skipped(String id, String reason) {
        private static final int MAX_REASON_CHARS = 300;

        public Skipped {
            reason = reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS));
        }
    }
}
