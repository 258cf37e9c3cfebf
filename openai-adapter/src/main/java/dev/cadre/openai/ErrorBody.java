// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import com.openai.models.responses.ResponseError;
import com.openai.models.responses.ResponseErrorEvent;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the provider says went wrong, wherever it says so; absent parts are empty. */
record ErrorBody(String type, String code, String param, String message) {
    static final ErrorBody NONE = new ErrorBody("", "", "", "");

    private static final Set<String> POLICY = Set.of(
            "invalid_prompt",
            "content_filter",
            "content_policy_violation",
            "image_content_policy_violation",
            "bio_policy",
            "cyber_policy",
            "misalignment_policy_violation");

    /**
     * {@code Please try again in 1m2.5s.} or {@code Please retry after 26 seconds.} Of a few parts only: the engine takes a
     * frame of the stack for each.
     */
    private static final Pattern WAIT = Pattern.compile(
            "try again in (?<go>(?:\\d{1,9}(?:\\.\\d{1,9})?(?:ms|s|m|h)){1,8})|retry after (?<seconds>\\d{1,9}) seconds?",
            Pattern.CASE_INSENSITIVE);

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

    /** Whether it has a name; a text alone may come from anything between here and the provider. */
    boolean isNamed() {
        return !type.isEmpty() || !code.isEmpty();
    }

    /** The HTTP status that some servers give in place of a code. */
    OptionalInt statusInCode() {
        return code.matches("[45]\\d\\d") ? OptionalInt.of(Integer.parseInt(code)) : OptionalInt.empty();
    }

    /** How long to wait, where only the message says so, as in a stream. */
    Optional<Duration> retryAfter() {
        Matcher wait = WAIT.matcher(message);
        return wait.find()
                ? GoDuration.parse(wait.group("go") == null ? wait.group("seconds") + "s" : wait.group("go"))
                : Optional.empty();
    }

    private boolean is(String word) {
        return type.equalsIgnoreCase(word) || code.equalsIgnoreCase(word);
    }

    private boolean says(String words) {
        return message.toLowerCase(Locale.ROOT).contains(words);
    }

    /** Whether money or allowance has run out, in which case waiting does not help. */
    boolean tellsOfQuota() {
        return isQuota(type.toLowerCase(Locale.ROOT)) || isQuota(code.toLowerCase(Locale.ROOT));
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
        return is("rate_limit_exceeded") || tellsOfRamp();
    }

    /** Whether a rate rose too fast. */
    boolean tellsOfRamp() {
        return is("slow_down");
    }

    /** Whether the service tier has no room, which flex processing says with a 429 and no code of its own. */
    boolean tellsOfCapacity() {
        return is("resource_unavailable") || says("resource unavailable");
    }

    /** Whether the provider has too much to do. */
    boolean tellsOfOverload() {
        return is("server_is_overloaded");
    }

    /** Whether the provider does not have the model. */
    boolean tellsOfModel() {
        return is("model_not_found") || is("DeploymentNotFound");
    }

    /** Whether the key is wrong. */
    boolean tellsOfKey() {
        return is("invalid_api_key") || is("authentication_error");
    }

    /** Whether the request has more tokens than the model takes at all, or in a minute, which is said with a 429. */
    boolean tellsOfLength() {
        return is("context_length_exceeded")
                || is("exceed_context_size_error")
                || says("maximum context length")
                || says("request too large for");
    }

    /** Whether the content of the request or the reply was objected to. */
    boolean tellsOfPolicy() {
        return POLICY.contains(code);
    }

    /** Whether something is wrong with the request, which another attempt does not mend. */
    boolean tellsOfRequest() {
        return is("invalid_request_error")
                || code.equals("data_residency_mismatch")
                || code.contains("image")
                || code.startsWith("invalid_")
                || code.startsWith("unsupported_");
    }
}
