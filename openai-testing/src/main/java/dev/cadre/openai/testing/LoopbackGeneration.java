// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import java.nio.charset.StandardCharsets;

/**
 * What the loopback server generates for one request, whichever API words it.
 *
 * @param cache what it did with its prompt cache
 */
record LoopbackGeneration(LoopbackRequest request, LoopbackReply reply, LoopbackPromptCache.Use cache) {
    /** The model that answers. */
    String model() {
        return reply.fields().get("model") instanceof Json.Str name ? name.value() : request.model();
    }

    /** The processing class as the reply names it. */
    String tierName() {
        if (reply.fields().get("service_tier") instanceof Json.Str named) {
            return named.value();
        }
        String asked = request.text("service_tier");
        return asked.isEmpty() || asked.equals("auto") ? "default" : asked;
    }

    /** What it costs. */
    LoopbackCharge charge() {
        ServiceTier tier = switch (tierName()) {
            case "flex" -> ServiceTier.FLEX;
            case "priority", "fast", "ultrafast" -> ServiceTier.PRIORITY;
            default -> ServiceTier.STANDARD;
        };
        return new LoopbackCharge(model(), request.customId().isEmpty() ? tier : ServiceTier.BATCH, used());
    }

    /** The tokens it takes: what the script says, or one for every four bytes. */
    TokenUsage used() {
        TokenUsage used = reply.usage().orElseGet(this::counted);
        if (used.cachedInputTokens() > 0 || used.cacheWriteTokens() > 0) {
            return used;
        }
        long read = Math.min(cache.read(), used.inputTokens());
        long written = Math.min(cache.written(), used.inputTokens() - read);
        return new TokenUsage(used.inputTokens(), read, written, used.outputTokens(), used.reasoningTokens());
    }

    private TokenUsage counted() {
        long input = tokens(request.prompt());
        long cap = request.maxOutputTokens();
        return switch (reply.content()) {
            case LoopbackReply.Content.Message message
            when message.incompleteReason().equals("max_output_tokens") -> TokenUsage.of(input, cap);
            case LoopbackReply.Content.Message message -> upTo(cap, input, String.join("", message.pieces()));
            case LoopbackReply.Content.Refusal refusal -> upTo(cap, input, refusal.text());
            case LoopbackReply.Content.Calls calls ->
                upTo(cap, input, calls.calls().toString());
            case LoopbackReply.Content.Failure failure -> TokenUsage.of(input, 0);
            case LoopbackReply.Content.Raw raw -> TokenUsage.NONE;
            case LoopbackReply.Content.Own own -> TokenUsage.NONE;
        };
    }

    private static TokenUsage upTo(long cap, long input, String output) {
        return TokenUsage.of(input, Math.min(cap, tokens(output)));
    }

    static long tokens(String text) {
        return 1 + text.getBytes(StandardCharsets.UTF_8).length / 4L;
    }

    /** An id for this reply, such as {@code resp_7}. */
    String id(String prefix) {
        return prefix + request.arrival();
    }
}
