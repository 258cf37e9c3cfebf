// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import com.openai.models.responses.ResponseError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the provider says went wrong, wherever it says so; absent parts are empty.
 *
 * @param reasons further names of the error: Google's status and reasons, the inner code of Azure
 * @param retryDelay the time to wait, as Google states it in the details of an error, and others in a member
 */
record ErrorBody(
        String type, String code, String param, String message, List<String> reasons, Optional<Duration> retryDelay) {
    static final ErrorBody NONE = new ErrorBody("", "", "", "", List.of(), Optional.empty());

    private static final Set<String> POLICY =
            Set.of("invalid_prompt", "bio_policy", "cyber_policy", "misalignment_policy_violation");

    private static final Set<String> FILTER = Set.of(
            "content_filter",
            "content_policy_violation",
            "image_content_policy_violation",
            "responsibleaipolicyviolation");

    /** The names under which providers say that a model wrote a call or an object which is none. */
    private static final Set<String> MALFORMED_OUTPUT =
            Set.of("tool_use_failed", "json_validate_failed", "output_parse_failed");

    private static final Set<String> KEY = Set.of(
            "invalid_api_key",
            "api_key_invalid",
            "authentication_error",
            "invalid_authentication_error",
            "unauthenticated",
            "permission_error",
            "permissions_error",
            "permission_denied",
            "insufficient_permissions",
            "missing_scope",
            "account_deactivated",
            "no_db_connection", // LiteLLM without a database, of every key but its own
            "unsupported_country_region_territory");

    /** {@code Please try again in 1m2.5s.}, {@code Please retry after 26 seconds.} or {@code Wait for an hour.} */
    private static final Pattern WAIT = Pattern.compile(
            "(?:(?:try again|retry) (?:in|after)|wait(?: for)?)(?: about| at least)? (?<span>" + WordedDuration.FORM
                    + ")",
            Pattern.CASE_INSENSITIVE);

    /** The members in which servers state a time to wait, with the digits behind the point of a second. */
    private static final Map<String, Integer> WAIT_MEMBERS =
            Map.of("retry_after", 0, "retry_after_seconds", 0, "retry_after_ms", 3);

    /** The words for a request that has more tokens than the model takes, of servers that have no name for it. */
    private static final Pattern LENGTH = words(
            "maximum context length",
            "maximum prompt length",
            "maximum model length",
            "request too large for",
            "(?:prompt|input|request)(?: \\([^)]{1,40}\\))? is too long",
            "exceeds? (?:the |this |its )?(?:model'?s? |available |maximum )?context",
            "context (?:length|size|window|limit) (?:is |was )?exceeded",
            "longer than the (?:model's )?(?:context|maximum)",
            "greater than the context length",
            "input token count .{0,40}exceeds",
            "(?:length|size) of all messages is too long",
            "too many (?:input |prompt )?tokens");

    private static final Pattern SCHEMA = words("invalid (?:json )?schema", "schema is (?:invalid|not valid)");

    /** The words for a request that is larger than a minute of the account: other words of length may mean the minute. */
    private static final Pattern BEYOND_THE_MINUTE = words("request too large");

    private static final Pattern WRONG_KEY = words(
            "(?:incorrect|invalid|wrong|missing|expired|no|revoked) (?:x-)?api[ -]?key",
            "api[ -]?key (?:is )?(?:not valid|invalid|incorrect|expired|missing|not found|revoked)");

    /** How the messages of OpenAI, xAI, Gemini, Claude, Groq and Mistral begin. */
    private static final Pattern SENTENCE_OF_KEY =
            sentences("incorrect api key provided", "api key (?:not valid|expired)\\.", "invalid (?:x-)?api[ -]key");

    private static final Pattern NO_MODEL = words(
            "\\bmodels? ?[:/]? ?['\"`]?[^ '\"`]{0,100}['\"`]? (?:is |was |does )?not (?:found|exist)",
            "is not a valid model id",
            "(?:invalid|unknown) model\\b");

    /** How the messages of OpenAI, vLLM, xAI, Ollama, Gemini, DeepSeek, Mistral, OpenRouter, Claude and LiteLLM begin. */
    private static final Pattern SENTENCE_OF_MODEL = sentences(
            "(?:the )?(?:requested )?models?[ /]['\"`]?[^ '\"`]{0,100}['\"`]? ?(?:is |does )?not (?:found|exist)",
            "invalid model: ",
            "model: [^ ]{1,100}$",
            "\\{'error': '/[a-z/]{1,40}: invalid model name passed in model=",
            "[^ ]{1,100} is not a valid model id");

    private static final Pattern FILTERED = words(
            "content management policy",
            "content ?policy ?violation",
            "violates? (?:our |the )?(?:usage|content) (?:guidelines|polic)",
            "your input was flagged");

    private static final Pattern NO_CREDIT =
            words("credit balance is too low", "used all available credits", "insufficient (?:balance|credits?|funds)");

    /** The words of servers that answer an unknown path in another way than with 404, as LM Studio and OpenAI's example. */
    private static final Pattern NO_PATH = words(
            "(?:unexpected|unknown|invalid|unsupported|no such) (?:endpoint|url|path|route|method)\\b.{0,60}"
                    + "/(?:responses|chat/completions)",
            "(?:cannot|no route for|not found:?) (?:post )?/[a-z0-9./]{0,40}(?:responses|chat/completions)");

    /** How the messages of Claude and xAI begin. */
    private static final Pattern SENTENCE_OF_CREDIT =
            sentences("your credit balance is too low", "your team\\b.{0,80} used all available credits");

    /** Of a message that begins with one of these: what a request says, a server quotes further behind. */
    private static Pattern sentences(String... beginnings) {
        return words("^\\s*(?:" + String.join("|", beginnings) + ")");
    }

    private static Pattern words(String... alternatives) {
        return Pattern.compile(String.join("|", alternatives), Pattern.CASE_INSENSITIVE);
    }

    /** More than this of a message is not searched for words. */
    private static final int MOST_SEARCHED = 2_000;

    private static final int MOST_PLACES = 20;

    /** Of the body of a refusal: an object as a rule, a list of one from Google, a bare text from some servers. */
    static ErrorBody of(JsonField<?> body) {
        Optional<List<JsonValue>> list = body.asArray();
        if (list.isPresent()) {
            return list.get().isEmpty() ? NONE : of(list.get().getFirst());
        }
        return body.asObject()
                .map(ErrorBody::ofObject)
                .orElseGet(() -> NONE.saying(body.asString().orElse("")));
    }

    /** Of the error in a reply, an event or a choice; empty if there is none, or one that says nothing. */
    static Optional<ErrorBody> in(JsonNode place) {
        JsonNode error = place.path("error");
        boolean says = error.isContainerNode() ? error.valueStream().anyMatch(ErrorBody::says) : says(error);
        return says ? Optional.of(of(JsonValue.fromJsonNode(error))) : ofStatus(place.path("base_resp"));
    }

    /** MiniMax has the status of a reply in its body; zero is none. */
    private static Optional<ErrorBody> ofStatus(JsonNode status) {
        JsonNode code = status.path("status_code");
        return says(code)
                ? Optional.of(new ErrorBody(
                        "", code.asText(), "", status.path("status_msg").asText(""), List.of(), Optional.empty()))
                : Optional.empty();
    }

    private static boolean says(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> !value.asText().isBlank();
            case NUMBER -> value.asDouble() != 0;
            case BOOLEAN -> value.asBoolean();
            case ARRAY, OBJECT -> !value.isEmpty();
            case BINARY, MISSING, NULL, POJO -> false;
        };
    }

    private static ErrorBody ofObject(Map<String, JsonValue> fields) {
        JsonValue inner = fields.get("error");
        if (inner == null || inner.asObject().isEmpty()) {
            return fields(fields);
        }
        ErrorBody error = of(inner);
        Optional<Duration> longest = longest(error.retryDelay().stream(), statedIn(fields));
        return new ErrorBody(error.type, error.code, error.param, error.message, error.reasons, longest);
    }

    private static Stream<Duration> statedIn(Map<String, JsonValue> fields) {
        return WAIT_MEMBERS.entrySet().stream()
                .flatMap(member -> HeaderTime.ofCount(text(fields.get(member.getKey())), member.getValue()).stream());
    }

    private static Optional<Duration> longest(Stream<Duration> some, Stream<Duration> others) {
        return Stream.concat(some, others).max(Duration::compareTo);
    }

    static ErrorBody ofReply(JsonField<ResponseError> field) {
        return field.asKnown().map(error -> fields(error._allProperties())).orElseGet(() -> of(field));
    }

    private static ErrorBody fields(Map<String, JsonValue> fields) {
        List<Map<String, JsonValue>> details = objects(fields.get("details"));
        return new ErrorBody(
                text(fields.get("type")),
                text(fields.get("code")),
                text(fields.get("param")),
                Stream.of("message", "detail", "error")
                        .map(name -> text(fields.get(name)))
                        .filter(text -> !text.isEmpty())
                        .findFirst()
                        .orElse(""),
                reasons(fields, details),
                longest(
                        details.stream().flatMap(detail -> GoDuration.parse(text(detail.get("retryDelay"))).stream()),
                        Stream.concat(Stream.of(fields), objects(fields.get("metadata")).stream())
                                .flatMap(ErrorBody::statedIn)));
    }

    private static List<String> reasons(Map<String, JsonValue> fields, List<Map<String, JsonValue>> details) {
        var reasons = new ArrayList<String>();
        reasons.add(text(fields.get("status")));
        for (String inner : List.of("innererror", "inner_error")) {
            objects(fields.get(inner)).forEach(error -> reasons.add(text(error.get("code"))));
        }
        details.forEach(detail -> reasons.add(text(detail.get("reason"))));
        reasons.removeIf(String::isEmpty);
        return List.copyOf(reasons);
    }

    /** The objects in a list, or the object itself. */
    private static List<Map<String, JsonValue>> objects(@Nullable JsonField<?> value) {
        var objects = new ArrayList<Map<String, JsonValue>>();
        if (value != null) {
            value.asObject().ifPresent(objects::add);
            value.asArray().ifPresent(values -> addObjects(values, objects));
        }
        return objects;
    }

    private static void addObjects(List<JsonValue> values, List<Map<String, JsonValue>> objects) {
        for (JsonField<?> value : values) {
            value.asObject().ifPresent(objects::add);
        }
    }

    ErrorBody saying(String text) {
        return new ErrorBody(type, code, param, text, reasons, retryDelay);
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

    /** The time to wait, where only the body states it, as in a stream; of two statements the longer. */
    Optional<Duration> retryAfter() {
        Matcher wait = WAIT.matcher(message);
        Optional<Duration> said = wait.find() ? WordedDuration.parse(wait.group("span")) : Optional.empty();
        return longest(said.stream(), retryDelay.stream());
    }

    private boolean is(String word) {
        return Stream.concat(Stream.of(type, code), reasons.stream()).anyMatch(word::equalsIgnoreCase);
    }

    private boolean isOneOf(Set<String> words) {
        return words.stream().anyMatch(this::is);
    }

    private boolean says(Pattern words) {
        Matcher found = words.matcher(message).region(0, Math.min(message.length(), MOST_SEARCHED));
        for (int place = 0; place < MOST_PLACES && found.find(); place++) {
            if (found.start() == 0 || !CallTrace.ownWords().isQuoted(message, found.start(), found.end())) {
                return true;
            }
        }
        return false;
    }

    /** Whether money or allowance has run out, in which case waiting does not help. */
    boolean tellsOfQuota() {
        return isQuota(type.toLowerCase(Locale.ROOT)) || isQuota(code.toLowerCase(Locale.ROOT));
    }

    private static boolean isQuota(String word) {
        return word.equals("insufficient_quota")
                || word.equals("credit_balance_exhausted")
                || word.equals("exceeded_current_quota_error")
                || word.startsWith("billing_")
                || word.contains("spend_limit")
                || word.contains("usage_limit");
    }

    /** Whether a provider says in its own sentence that the account has no credit left. */
    boolean provesNoCredit() {
        return says(SENTENCE_OF_CREDIT);
    }

    /** Whether some words say so, which may be anybody's. */
    boolean mentionsNoCredit() {
        return says(NO_CREDIT);
    }

    /** Whether there is no such address. */
    boolean tellsOfNoPath() {
        return says(NO_PATH);
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
        return is("resource_unavailable") || message.toLowerCase(Locale.ROOT).contains("resource unavailable");
    }

    /** Whether the provider has too much to do. */
    boolean tellsOfOverload() {
        return is("server_is_overloaded") || is("overloaded_error");
    }

    /** Whether a name or a provider's own sentence says that it does not have the model. */
    boolean provesWrongModel() {
        return is("model_not_found") || is("DeploymentNotFound") || is("invalid_model") || says(SENTENCE_OF_MODEL);
    }

    /** Whether some words say so, which may be anybody's. */
    boolean mentionsWrongModel() {
        return says(NO_MODEL);
    }

    /** Whether a name or a provider's own sentence says that the key is wrong, or may not use the provider. */
    boolean provesWrongKey() {
        return isOneOf(KEY) || says(SENTENCE_OF_KEY);
    }

    /** Whether some words say so, which may be anybody's. */
    boolean mentionsWrongKey() {
        return says(WRONG_KEY);
    }

    /** Whether the request has more tokens than the model takes at all, or in a minute, which is said with a 429. */
    boolean tellsOfLength() {
        return is("context_length_exceeded")
                || is("exceed_context_size_error")
                || is("too_many_prompt_tokens")
                || says(LENGTH);
    }

    /** Whether the schema of the answer is wrong, which some servers call a failure of their own. */
    boolean tellsOfSchema() {
        return says(SCHEMA);
    }

    /** The same of a refusal for its rate, where too many tokens may be those of the last minute. */
    boolean tellsOfLengthBeyondTheMinute() {
        return is("context_length_exceeded") || says(BEYOND_THE_MINUTE);
    }

    /** Whether the model wrote a call or an object that the provider cannot read. */
    boolean tellsOfMalformedOutput() {
        return isOneOf(MALFORMED_OUTPUT);
    }

    /** Whether a content filter stopped the request or the reply. */
    boolean tellsOfFilter() {
        return isOneOf(FILTER) || says(FILTERED);
    }

    /** Whether the content of the request or the reply was objected to. */
    boolean tellsOfPolicy() {
        return tellsOfFilter() || POLICY.contains(code);
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
