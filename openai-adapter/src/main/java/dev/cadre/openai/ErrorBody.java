// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import com.openai.models.responses.ResponseError;
import com.openai.models.responses.ResponseErrorEvent;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the provider says went wrong, wherever it says so; absent parts are empty. */
record ErrorBody(String type, String code, String param, String message) {
    static final ErrorBody NONE = new ErrorBody("", "", "", "");

    private static final Set<String> POLICY = Set.of(
            "invalid_prompt",
            "content_policy_violation",
            "bio_policy",
            "cyber_policy",
            "misalignment_policy_violation");

    /** Of the body of a refusal: an object as a rule, a bare text from some servers. */
    static ErrorBody of(JsonField<?> body) {
        return body.asObject()
                .map(ErrorBody::fields)
                .orElseGet(() -> new ErrorBody("", "", "", body.asString().orElse("")));
    }

    static ErrorBody ofReply(JsonField<ResponseError> field) {
        return field.asKnown().map(error -> fields(error._allProperties())).orElseGet(() -> of(field));
    }

    static ErrorBody ofEvent(ResponseErrorEvent event) {
        return fields(event._allProperties());
    }

    private static ErrorBody fields(Map<String, JsonValue> fields) {
        return new ErrorBody(
                text(fields.get("type")),
                text(fields.get("code")),
                text(fields.get("param")),
                text(fields.get("message")));
    }

    private static String text(@Nullable JsonField<?> value) {
        if (value == null) {
            return "";
        }
        return value.asString()
                .orElseGet(() -> value.asNumber().map(Number::toString).orElse(""));
    }

    boolean isPresent() {
        return !equals(NONE);
    }

    /** Whether money or allowance has run out, in which case waiting does not help. */
    boolean tellsOfQuota() {
        return isQuota(type) || isQuota(code);
    }

    private static boolean isQuota(String word) {
        return word.equals("insufficient_quota")
                || word.equals("credit_balance_exhausted")
                || word.startsWith("billing_")
                || word.contains("spend_limit")
                || word.contains("usage_limit");
    }

    /** Whether a rate was exceeded, or rose too fast. */
    boolean tellsOfRate() {
        return code.equals("rate_limit_exceeded") || tellsOfRamp();
    }

    /** Whether a rate rose too fast. */
    boolean tellsOfRamp() {
        return code.equals("slow_down") || type.equals("slow_down");
    }

    /** Whether the service tier has no room, which flex processing says with a 429 and no code of its own. */
    boolean tellsOfCapacity() {
        return code.equals("resource_unavailable")
                || type.equals("resource_unavailable")
                || message.toLowerCase(Locale.ROOT).contains("resource unavailable");
    }

    /** Whether the content of the request or the reply was objected to. */
    boolean tellsOfPolicy() {
        return POLICY.contains(code);
    }
}
