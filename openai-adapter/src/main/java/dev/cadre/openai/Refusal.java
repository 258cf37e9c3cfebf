// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A server's refusal of the form of a request, in whatever words.
 *
 * @param status the HTTP status
 * @param body the beginning of the body, as it came
 * @param subject the part of it that names what is refused: its {@code param} if it has one, else all of it
 */
record Refusal(int status, String body, String subject) {
    static final Refusal NONE = new Refusal(0, "", "");

    /** The words by which servers say that they do not know a name, in contrast to a value. */
    private static final Pattern UNKNOWN_NAME = Pattern.compile(
            "not (?:be |currently |yet )?(?:support|permit|allow|implement|recogni[sz]|available)|unsupported"
                    + "|n't support|un(?:known|recogni[sz]ed|expected|available)|extra (?:inputs|fields|param)"
                    + "|extra_forbidden|additional propert|invalid (?:param|field|argument|name)|cannot find field"
                    + "|no such (?:param|field)",
            Pattern.CASE_INSENSITIVE);

    /** A value is wrong, or the schema of the caller. */
    private static final Pattern WRONG_VALUE = Pattern.compile(
            "unsupported[ _]value|invalid[ _]value|invalid_json_schema|invalid schema for|less than|greater than"
                    + "|too large|too small|at most|at least|minimum|maximum",
            Pattern.CASE_INSENSITIVE);

    /** Who asks for a form of the answer has few others: here a wrong value means a form that the server lacks. */
    private static final Pattern FORM = Pattern.compile(
            "(?<![A-Za-z0-9_])(?:response_format|json_schema|json_object|text\\.format|structured[ _-]?outputs?)"
                    + "(?![A-Za-z0-9_])",
            Pattern.CASE_INSENSITIVE);

    /** As gateways say that pass every path to the handler of one: of a conversation they know {@code messages} only. */
    private static final Pattern WANTS_CHAT = Pattern.compile(
            "/chat/completions(?![A-Za-z0-9_])"
                    + "|(?<![A-Za-z0-9_])messages(?![A-Za-z0-9_]).{0,40}?(?:required|missing|must be)"
                    + "|(?:required|missing).{0,40}?(?<![A-Za-z0-9_])messages(?![A-Za-z0-9_])",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern SCHEMA_OF_CALLER =
            Pattern.compile("invalid_json_schema|invalid schema for", Pattern.CASE_INSENSITIVE);

    private static final Pattern WRONG_FORM = Pattern.compile("must be|should be|expected|invalid|one of");

    static Refusal of(int status, String body) {
        String param = json(body).path("error").path("param").asText("");
        return new Refusal(status, body, param.isBlank() || param.equals("null") ? body : param);
    }

    /** The body, if it is JSON and not too long; else a missing node. */
    JsonNode json() {
        return json(body);
    }

    private static JsonNode json(String body) {
        try {
            return ServerJson.MAPPER.readTree(body);
        } catch (JsonProcessingException noJson) {
            return MissingNode.getInstance();
        }
    }

    /**
     * The same without what it quotes of the request's own texts, which name parameters by chance. Whoever names one in
     * {@code param} does not quote.
     */
    Refusal withoutQuotes(JsonNode request) {
        return subject.equals(body) ? new Refusal(status, body, Quotes.removedFrom(subject, request)) : this;
    }

    /** Whether Chat Completions is wanted in place of the Responses API: it is named, or what it alone needs is missing. */
    boolean isOfResponses() {
        return isOfRequest()
                && (subject.equals("messages") || WANTS_CHAT.matcher(subject).find());
    }

    /** Whether a form of the answer is refused, not the schema itself. */
    boolean isOfForm() {
        return isOfRequest()
                && FORM.matcher(subject).find()
                && !SCHEMA_OF_CALLER.matcher(body).find()
                && (UNKNOWN_NAME.matcher(body).find()
                        || WRONG_FORM.matcher(subject).find());
    }

    /** Whether a parameter of this name is refused, not its value. */
    boolean isOf(String name) {
        return isOfName() && OptionalParameter.wordOf(name).matcher(subject).find();
    }

    /**
     * The first parameter that is named, of those that can be left out.
     *
     * @param sent whether a parameter was sent at all
     */
    Optional<OptionalParameter> parameter(Predicate<OptionalParameter> sent) {
        return isOfName()
                ? Arrays.stream(OptionalParameter.values())
                        .filter(parameter -> parameter.isMentionedIn(subject))
                        .filter(sent)
                        .min(Comparator.comparingInt(parameter -> parameter.mentionedAt(subject)))
                : Optional.empty();
    }

    private boolean isOfName() {
        return isOfRequest()
                && UNKNOWN_NAME.matcher(body).find()
                && !WRONG_VALUE.matcher(body).find();
    }

    private boolean isOfRequest() {
        return status == 400 || status == 422;
    }
}
