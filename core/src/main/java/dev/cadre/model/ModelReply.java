// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import dev.cadre.redact.Redactor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The reply of a model. Text and tool calls are untrusted input.
 *
 * @param model the model that answered, as the provider names it; may be a dated form of the one asked for
 * @param text the whole text; the explanation of a refusal if it {@linkplain Finish#REFUSED refused}
 * @param toolCalls the tool calls that it requests
 * @param finish the reason why it stopped
 * @param usage the tokens that it used; null if the provider reported none, or an impossible number
 * @param serviceTier the processing class that the provider bills
 * @param limits the rate limits that the provider reported
 * @param providerCalls the number of calls of each tool at the provider
 * @param providerState the state that the same client needs to continue this conversation; empty if none
 * @param notes what the client had to read or adapt beyond the API, one sentence each, such as {@code the finish reason
 *     'eos' was read as complete}; empty for a reply by the book. They hold no prompt and no answer.
 */
public record ModelReply(
        String model,
        String text,
        List<ToolCall> toolCalls,
        Finish finish,
        @Nullable TokenUsage usage,
        ServiceTier serviceTier,
        RateLimits limits,
        Map<ProviderTool.Kind, Integer> providerCalls,
        String providerState,
        List<String> notes) {

    public ModelReply {
        Objects.requireNonNull(model, "the model of a reply is null");
        Objects.requireNonNull(text, "the text of a reply is null: use an empty one");
        Objects.requireNonNull(finish, "the finish of a reply is null");
        Objects.requireNonNull(serviceTier, "the service tier of a reply is null: use ServiceTier.STANDARD");
        Objects.requireNonNull(limits, "the limits of a reply are null: use RateLimits.UNKNOWN");
        Objects.requireNonNull(providerState, "the state of a reply is null: use an empty text");
        toolCalls = List.copyOf(toolCalls);
        providerCalls = Map.copyOf(providerCalls);
        notes = List.copyOf(notes);
    }

    /** A reply by the book without calls of tools at the provider. */
    public ModelReply(
            String model,
            String text,
            List<ToolCall> toolCalls,
            Finish finish,
            @Nullable TokenUsage usage,
            ServiceTier serviceTier,
            RateLimits limits,
            String providerState) {
        this(model, text, toolCalls, finish, usage, serviceTier, limits, Map.of(), providerState, List.of());
    }

    /** A complete text reply with known usage. */
    public static ModelReply of(String model, String text, TokenUsage usage) {
        return new ModelReply(
                model, text, List.of(), Finish.COMPLETE, usage, ServiceTier.STANDARD, RateLimits.UNKNOWN, "");
    }

    public ModelReply withModel(String model) {
        return new ModelReply(
                model, text, toolCalls, finish, usage, serviceTier, limits, providerCalls, providerState, notes);
    }

    public ModelReply withFinish(Finish finish) {
        return new ModelReply(
                model, text, toolCalls, finish, usage, serviceTier, limits, providerCalls, providerState, notes);
    }

    public ModelReply withServiceTier(ServiceTier serviceTier) {
        return new ModelReply(
                model, text, toolCalls, finish, usage, serviceTier, limits, providerCalls, providerState, notes);
    }

    public ModelReply withProviderState(String providerState) {
        return new ModelReply(
                model, text, toolCalls, finish, usage, serviceTier, limits, providerCalls, providerState, notes);
    }

    private ModelReply withNotes(List<String> notes) {
        return new ModelReply(
                model, text, toolCalls, finish, usage, serviceTier, limits, providerCalls, providerState, notes);
    }

    /** The same reply with further notes. */
    public ModelReply noting(List<String> more) {
        return withNotes(Stream.concat(notes.stream(), more.stream()).toList());
    }

    /**
     * The same reply with the name of its model on one line and its notes as a masker leaves them; what the model wrote stays.
     */
    public ModelReply maskedBy(UnaryOperator<String> masker) {
        String named = Redactor.SHAPES.with(masker).quote(model);
        List<String> noted = notes.stream().map(masker).toList();
        return named.equals(model) && noted.equals(notes)
                ? this
                : withModel(named).withNotes(noted);
    }

    /** The provider's bill; empty if the usage is unknown. */
    public Optional<ModelException.Billed> billed() {
        return usage == null
                ? Optional.empty()
                : Optional.of(new ModelException.Billed(model, usage, serviceTier, providerCalls));
    }

    /** One line, in which the text is cut. */
    @Override
    public String toString() {
        return "ModelReply[%s, %s, %d tool calls, %s]"
                .formatted(model, finish, toolCalls.size(), Redactor.SHAPES.quote(text));
    }
}
