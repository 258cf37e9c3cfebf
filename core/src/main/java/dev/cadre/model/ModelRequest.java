// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A complete, provider-neutral request to a model. Immutable.
 *
 * @param model the provider's id of the model, such as {@code gpt-5.4-nano}
 * @param instructions the stable part of the prompt, which describes the kind of work
 * @param turns the conversation so far, at least one
 * @param tools the tools that the model may call
 * @param output the required shape of the final text
 * @param maxOutputTokens the cap on output and reasoning tokens together; always sent, because the reservation rests on
 *     it
 * @param effort the allowed amount of reasoning; always sent
 * @param serviceTier the processing class that is asked for
 * @param options the optional settings
 */
public record ModelRequest(
        String model,
        String instructions,
        List<Turn> turns,
        List<ToolSpec> tools,
        OutputFormat output,
        long maxOutputTokens,
        Effort effort,
        ServiceTier serviceTier,
        CallOptions options) {

    /** The tokens that a provider may add for each turn, tool and schema: role marks and separators. */
    private static final long OVERHEAD_TOKENS = 16;

    /** The tokens with which a provider describes one of its own tools to the model. */
    private static final long PROVIDER_TOOL_TOKENS = 2_000;

    /** So many times its cap a model may write that does not stop there at once, or thinks beside it. */
    private static final long MOST_OVERRUN = 2;

    public ModelRequest {
        turns = List.copyOf(turns);
        tools = List.copyOf(tools);
        if (model.isBlank()) {
            throw new IllegalArgumentException("the model id is blank");
        }
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("a request needs at least one turn");
        }
        if (maxOutputTokens < 1) {
            throw new IllegalArgumentException("maxOutputTokens must be at least 1, not " + maxOutputTokens);
        }
    }

    /** A request of one user turn: no tools, free text, no reasoning, standard service. */
    public static ModelRequest of(String model, String instructions, String text, long maxOutputTokens) {
        return new ModelRequest(
                model,
                instructions,
                List.of(new Turn.User(text)),
                List.of(),
                new OutputFormat.Text(),
                maxOutputTokens,
                Effort.NONE,
                ServiceTier.STANDARD,
                CallOptions.NONE);
    }

    public ModelRequest withModel(String model) {
        return new ModelRequest(
                model, instructions, turns, tools, output, maxOutputTokens, effort, serviceTier, options);
    }

    public ModelRequest withTurns(List<Turn> turns) {
        return new ModelRequest(
                model, instructions, turns, tools, output, maxOutputTokens, effort, serviceTier, options);
    }

    public ModelRequest withTools(List<ToolSpec> tools) {
        return new ModelRequest(
                model, instructions, turns, tools, output, maxOutputTokens, effort, serviceTier, options);
    }

    public ModelRequest withOutput(OutputFormat output) {
        return new ModelRequest(
                model, instructions, turns, tools, output, maxOutputTokens, effort, serviceTier, options);
    }

    public ModelRequest withMaxOutputTokens(long maxOutputTokens) {
        return new ModelRequest(
                model, instructions, turns, tools, output, maxOutputTokens, effort, serviceTier, options);
    }

    public ModelRequest withEffort(Effort effort) {
        return new ModelRequest(
                model, instructions, turns, tools, output, maxOutputTokens, effort, serviceTier, options);
    }

    public ModelRequest withServiceTier(ServiceTier serviceTier) {
        return new ModelRequest(
                model, instructions, turns, tools, output, maxOutputTokens, effort, serviceTier, options);
    }

    public ModelRequest withOptions(CallOptions options) {
        return new ModelRequest(
                model, instructions, turns, tools, output, maxOutputTokens, effort, serviceTier, options);
    }

    /** The images and files of all turns, in order. */
    public List<Attachment> attachments() {
        var all = new ArrayList<Attachment>();
        for (Turn turn : turns) {
            all.addAll(
                    switch (turn) {
                        case Turn.User user -> user.attachments();
                        case Turn.Assistant assistant -> List.<Attachment>of();
                        case Turn.ToolResult result -> result.attachments();
                    });
        }
        return List.copyOf(all);
    }

    /**
     * The UTF-8 bytes of all text that the model reads, plus {@value #OVERHEAD_TOKENS} for each part. A byte-level
     * tokenizer makes at most one token of a byte, so for such models this is an upper bound of the input tokens
     * without the {@link #attachments()}.
     */
    public long inputBytes() {
        long bytes = OVERHEAD_TOKENS + bytes(instructions);
        for (Turn turn : turns) {
            bytes += OVERHEAD_TOKENS
                    + switch (turn) {
                        case Turn.User user -> bytes(user.text());
                        case Turn.Assistant assistant ->
                            bytes(assistant.text())
                                    + bytes(assistant.providerState())
                                    + assistant.toolCalls().stream()
                                            .mapToLong(ModelRequest::bytes)
                                            .sum();
                        case Turn.ToolResult result -> bytes(result.callId()) + bytes(result.text());
                    };
        }
        for (ToolSpec tool : tools) {
            bytes += OVERHEAD_TOKENS + bytes(tool.name()) + bytes(tool.description()) + bytes(tool.parametersSchema());
        }
        for (Attachment attachment : attachments()) {
            bytes += OVERHEAD_TOKENS + (attachment instanceof Attachment.File file ? bytes(file.name()) : 0);
        }
        for (ProviderTool tool : options.providerTools()) {
            bytes += PROVIDER_TOOL_TOKENS + bytes(tool.toString());
        }
        return bytes
                + switch (output) {
                    case OutputFormat.Text text -> 0;
                    case OutputFormat.JsonSchema json -> OVERHEAD_TOKENS + bytes(json.name()) + bytes(json.schema());
                };
    }

    /**
     * The reading of a usage that counts, where a provider's numbers have several. What a provider names as used is
     * believed, whatever the cap: it is the bill. Output that a total alone leaves room for is believed up to
     * {@value #MOST_OVERRUN} times the cap, since models overrun; of more than that, as much as the cap counts.
     *
     * @param named the counts as they were named, with parts that are larger than their whole beside it
     * @param largest the same with what a total alone would add
     * @return the reading; empty if the input that a total alone leaves room for is more than the request has: then nothing
     *     is known of the cost
     */
    public Optional<TokenUsage> reading(TokenUsage named, TokenUsage largest) {
        boolean isInputBounded =
                attachments().isEmpty() && options.providerTools().isEmpty();
        if (isInputBounded && largest.inputTokens() > named.inputTokens() && largest.inputTokens() > inputBytes()) {
            return Optional.empty();
        }
        long bound = Math.max(named.outputTokens(), maxOutputTokens);
        if (largest.outputTokens() / MOST_OVERRUN <= bound) {
            return Optional.of(largest);
        }
        return Optional.of(new TokenUsage(
                largest.inputTokens(),
                largest.cachedInputTokens(),
                largest.cacheWriteTokens(),
                bound,
                Math.min(largest.reasoningTokens(), bound)));
    }

    private static long bytes(ToolCall call) {
        return OVERHEAD_TOKENS + bytes(call.callId()) + bytes(call.name()) + bytes(call.arguments());
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** One line without the prompt. */
    @Override
    public String toString() {
        return "ModelRequest[%s, %d turns, %d tools, at most %d output tokens, effort %s]"
                .formatted(model, turns.size(), tools.size(), maxOutputTokens, effort);
    }
}
