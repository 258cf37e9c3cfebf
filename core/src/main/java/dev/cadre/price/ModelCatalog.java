// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The models whose prices are known: only these can be called. Immutable. */
public final class ModelCatalog {

    /** The date at the end of a snapshot's id: {@code gpt-5.4-nano-2026-03-17}, {@code claude-haiku-4-5-20251001}. */
    private static final Pattern DATE = Pattern.compile("-(20\\d{2}-\\d{2}-\\d{2}|20\\d{6})$");

    private final Map<String, ModelSpec> byId;

    private ModelCatalog(Map<String, ModelSpec> byId) {
        this.byId = Collections.unmodifiableMap(byId);
    }

    /** A catalogue of the given models and no others; of two with one id the later counts. */
    public static ModelCatalog of(List<ModelSpec> specs) {
        var byId = new LinkedHashMap<String, ModelSpec>();
        specs.forEach(spec -> byId.put(spec.id(), spec));
        return new ModelCatalog(byId);
    }

    /**
     * The models that Cadre knows, with sources and dates in each {@link ModelSpec}. Prices change: what a provider bills
     * is said by the provider alone, and a newer file is read by {@link #parse}.
     */
    public static ModelCatalog standard() {
        return Standard.CATALOG;
    }

    /**
     * Reads a price file: an object of models by id, in LiteLLM's field names, prices in US dollars per token. Prices are
     * read exactly and rounded up to a pico-dollar. Models that are not paid by input and output tokens are left out.
     *
     * <p>Beyond LiteLLM's fields: {@code context_tokens}; {@code utf8_bytes_bound_tokens}, false by default, see
     * {@link ModelSpec#bytesBoundTokens}; {@code supports_prompt_cache_breakpoints}, see
     * {@link Capability#PROMPT_CACHE_BREAKPOINTS}; {@code as_of}, a date.
     *
     * @throws PriceFileException if the text is no such file, or a field that is read has an impossible value
     */
    public static ModelCatalog parse(String json) {
        return of(PriceFile.read(json));
    }

    /** This catalogue with a model added, or replaced in its place. */
    public ModelCatalog with(ModelSpec spec) {
        var copy = new LinkedHashMap<>(byId);
        copy.put(spec.id(), spec);
        return new ModelCatalog(copy);
    }

    /**
     * What is known about a model.
     *
     * @param model its id, or the id of a dated snapshot; a snapshot that is not listed itself has the facts of its model
     * @throws UnpricedModelException if the catalogue does not have it
     */
    public ModelSpec spec(String model) {
        return find(model).orElseThrow(() -> new UnpricedModelException(model));
    }

    /** The same as {@link #spec}, or empty if the catalogue does not have the model. */
    public Optional<ModelSpec> find(String model) {
        var exact = byId.get(model);
        return Optional.ofNullable(
                exact != null ? exact : byId.get(DATE.matcher(model).replaceFirst("")));
    }

    /** All models, in the order in which they were listed. */
    public List<ModelSpec> models() {
        return List.copyOf(byId.values());
    }

    /** Read when it is first asked for. */
    private static final class Standard {
        static final ModelCatalog CATALOG = read();

        private static ModelCatalog read() {
            try (var file = ModelCatalog.class.getResourceAsStream("models.json")) {
                if (file == null) {
                    throw new IllegalStateException("models.json is missing beside " + ModelCatalog.class.getName());
                }
                return parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException unreadable) {
                throw new UncheckedIOException("models.json cannot be read", unreadable);
            }
        }
    }
}
