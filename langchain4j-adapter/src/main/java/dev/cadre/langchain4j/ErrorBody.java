// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a provider says went wrong, in the form that it has for errors: a name for the kind of error proves more than
 * words, which may be quoted from a request.
 *
 * @param names the names of the error in small letters: its type, code and status, and those of its details
 * @param details further objects, as {@code google.rpc} defines them
 */
record ErrorBody(Set<String> names, String message, List<Json.Obj> details) {
    static final ErrorBody NONE = new ErrorBody(Set.of(), "", List.of());

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
            "unsupported_country_region_territory");

    /** Of Claude and Gemini the two last: a call names nothing else that may be unknown. */
    private static final Set<String> MODEL =
            Set.of("model_not_found", "deploymentnotfound", "invalid_model", "not_found_error", "not_found");

    private static final Set<String> CREDIT =
            Set.of("insufficient_quota", "credit_balance_exhausted", "exceeded_current_quota_error", "billing_error");

    private static final Set<String> FILTER = Set.of(
            "content_filter",
            "content_policy_violation",
            "image_content_policy_violation",
            "responsibleaipolicyviolation");

    /** The names under which Groq says that a model wrote a call or an object which is none. */
    private static final Set<String> MALFORMED_OUTPUT =
            Set.of("tool_use_failed", "json_validate_failed", "output_parse_failed");

    private static final Pattern FILTERED = Pattern.compile("(?i)content management policy|content ?policy ?violation"
            + "|violates? (our |the )?(usage|content) (guidelines|polic)|your input was flagged");

    /** How Claude begins its message. */
    private static final Pattern NO_CREDIT = Pattern.compile("(?i)\\s*your credit balance is too low");

    /** How Gemini, xAI, OpenAI and Claude begin their messages. */
    private static final Pattern WRONG_KEY =
            Pattern.compile("(?i)\\s*(incorrect api key|api key (not valid|expired)|invalid (x-)?api[ -]key)");

    private static final Pattern STATUS = Pattern.compile("[45]\\d\\d");
    private static final Pattern SECONDS = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)s");
    private static final int NANO_DIGITS = 9;

    /** The error of a body, which LangChain4j gives as the message of its exception, perhaps among words of its own. */
    static ErrorBody in(String text) {
        int begin = text.indexOf('{');
        int end = text.lastIndexOf('}');
        try {
            return begin < 0 || end < begin ? NONE : of(Json.parse(text.substring(begin, end + 1)));
        } catch (JsonException malformed) {
            return NONE;
        }
    }

    /** The error in the value of a member called so, or in a whole body; {@link #NONE} if it says nothing. */
    static ErrorBody of(Json error) {
        return switch (error) {
            case Json.Str(String message) when !message.isBlank() -> new ErrorBody(Set.of(), message, List.of());
            case Json.Obj object when object.at("error").orElse(Json.Null.NULL) instanceof Json.Obj inner -> of(inner);
            case Json.Obj object -> ofFields(object);
            default -> NONE;
        };
    }

    private static ErrorBody ofFields(Json.Obj error) {
        List<Json.Obj> details = RawReply.objects(error, "details").toList();
        var names = Stream.of(
                        Stream.of("type", "code", "status").flatMap(name -> text(error, name)),
                        text(error, "innererror", "code"),
                        details.stream().flatMap(detail -> text(detail, "reason")))
                .flatMap(texts -> texts)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        String message = Stream.of("message", "detail", "error")
                .flatMap(name -> text(error, name))
                .findFirst()
                .orElse("");
        return new ErrorBody(names, message, details);
    }

    boolean isPresent() {
        return !equals(NONE);
    }

    /** Whether a name, or the provider's own sentence, says that the key is wrong or may not do this. */
    boolean provesWrongKey() {
        return isOneOf(KEY) || WRONG_KEY.matcher(message).lookingAt();
    }

    /** Whether a name says that there is no such model. */
    boolean provesWrongModel() {
        return isOneOf(MODEL);
    }

    /** Whether a name, or the provider's own sentence, says that there is no money left. */
    boolean provesNoCredit() {
        return isOneOf(CREDIT) || NO_CREDIT.matcher(message).lookingAt();
    }

    /** Whether the model wrote a call or an object that the provider cannot read. */
    boolean tellsOfMalformedOutput() {
        return isOneOf(MALFORMED_OUTPUT);
    }

    /** Whether a content filter stopped the request or the reply. */
    boolean tellsOfFilter() {
        return isOneOf(FILTER) || FILTERED.matcher(message).find();
    }

    /** Whether a name says that a rate was exceeded. */
    boolean isOfTheRate() {
        return names.contains("rate_limit_exceeded") || names.contains("rate_limit_error");
    }

    /** What it says, for people. */
    String said() {
        return message.isEmpty() ? String.join(", ", new TreeSet<>(names)) : message;
    }

    /** The HTTP status that some servers give in place of a name. */
    OptionalInt status() {
        return names.stream()
                .filter(name -> STATUS.matcher(name).matches())
                .mapToInt(Integer::parseInt)
                .findFirst();
    }

    /** The time until another call may succeed. */
    Optional<Duration> retryAfter() {
        return details.stream()
                .flatMap(detail -> text(detail, "retryDelay"))
                .map(SECONDS::matcher)
                .filter(Matcher::matches)
                .map(seconds -> Duration.ofNanos(new BigDecimal(seconds.group(1))
                        .movePointRight(NANO_DIGITS)
                        .longValue()))
                .findFirst();
    }

    /** Whether the allowance of the day is used up: no wait inside a run brings it back. */
    boolean isOfTheDay() {
        return details.stream()
                .flatMap(detail -> RawReply.objects(detail, "violations"))
                .flatMap(violation -> text(violation, "quotaId"))
                .anyMatch(id -> id.contains("PerDay"));
    }

    private boolean isOneOf(Set<String> words) {
        return names.stream().anyMatch(words::contains);
    }

    private static Stream<String> text(Json.Obj owner, String... path) {
        return switch (owner.at(path).orElse(Json.Null.NULL)) {
            case Json.Str(String text) when !text.isBlank() -> Stream.of(text);
            case Json.Num(BigDecimal number) when number.signum() != 0 -> Stream.of(number.toPlainString());
            default -> Stream.empty();
        };
    }
}
