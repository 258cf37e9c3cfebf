// SPDX-License-Identifier: Apache-2.0
package dev.cadre.otel;

import io.opentelemetry.api.common.AttributeKey;

/**
 * Names of OpenTelemetry's conventions for generative AI, as far as a run has something to say under them, and our own
 * where they have none. The conventions are in development: Java's own list of them is deprecated, and says to copy.
 *
 * @see <a href="https://github.com/open-telemetry/semantic-conventions-genai">the conventions</a>
 */
final class GenAi {
    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
    static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
    static final AttributeKey<String> REQUEST_MODEL = AttributeKey.stringKey("gen_ai.request.model");
    static final AttributeKey<String> RESPONSE_MODEL = AttributeKey.stringKey("gen_ai.response.model");
    static final AttributeKey<String> WORKFLOW = AttributeKey.stringKey("gen_ai.workflow.name");
    static final AttributeKey<String> AGENT = AttributeKey.stringKey("gen_ai.agent.name");
    static final AttributeKey<String> TOKEN_TYPE = AttributeKey.stringKey("gen_ai.token.type");
    static final AttributeKey<Long> INPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.input_tokens");
    static final AttributeKey<Long> CACHED_TOKENS = AttributeKey.longKey("gen_ai.usage.cache_read.input_tokens");
    static final AttributeKey<Long> OUTPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.output_tokens");
    static final AttributeKey<Long> REASONING_TOKENS = AttributeKey.longKey("gen_ai.usage.reasoning.output_tokens");
    static final AttributeKey<String> TOOL = AttributeKey.stringKey("gen_ai.tool.name");
    static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    static final AttributeKey<String> RUN = AttributeKey.stringKey("cadre.run.id");
    static final AttributeKey<String> GOAL = AttributeKey.stringKey("cadre.goal");
    static final AttributeKey<String> STATUS = AttributeKey.stringKey("cadre.status");
    static final AttributeKey<String> SUBTASK = AttributeKey.stringKey("cadre.subtask.id");
    static final AttributeKey<String> TYPE = AttributeKey.stringKey("cadre.subtask.type");
    static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("cadre.outcome");
    static final AttributeKey<String> REASON = AttributeKey.stringKey("cadre.reason");
    static final AttributeKey<String> TIER = AttributeKey.stringKey("cadre.tier");
    static final AttributeKey<String> PURPOSE = AttributeKey.stringKey("cadre.purpose");
    static final AttributeKey<String> RESULT = AttributeKey.stringKey("cadre.result");
    static final AttributeKey<String> DAY = AttributeKey.stringKey("cadre.shutdown.day");
    static final AttributeKey<String> THREAD = AttributeKey.stringKey("cadre.thread");
    static final AttributeKey<Long> LIMIT = AttributeKey.longKey("cadre.limit.pico_usd");
    static final AttributeKey<Long> COST = AttributeKey.longKey("cadre.cost.pico_usd");
    static final AttributeKey<Long> SAVED = AttributeKey.longKey("cadre.cache.saved.pico_usd");
    static final AttributeKey<Long> AGE = AttributeKey.longKey("cadre.cache.age_ms");
    static final AttributeKey<Boolean> ESTIMATED = AttributeKey.booleanKey("cadre.cost.estimated");
    static final AttributeKey<Long> WAITED = AttributeKey.longKey("cadre.waited_ms");

    private GenAi() {}
}
