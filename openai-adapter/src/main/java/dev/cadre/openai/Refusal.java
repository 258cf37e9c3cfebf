// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's refusal of the form of a request, in whatever words.
 *
 * @param status the HTTP status
 * @param body the beginning of the body, as it came
 * @param param what it names as refused; empty if it does not say
 * @param own the words of the request, which name parameters by chance where the body quotes them
 */
record Refusal(int status, String body, String param, OwnWords own) {
    static final Refusal NONE = new Refusal(0, "", "", OwnWords.NONE);

    /** A place in what the caller wrote, such as {@code tools[0].parameters.properties.store}: no parameter of the API. */
    private static final Pattern PLACE_OF_CALLER =
            Pattern.compile("(?<![A-Za-z0-9_])properties(?![A-Za-z0-9_])|^(?:messages|input|contents)[^A-Za-z0-9_]");

    /** The words by which a text says that what follows is a parameter, be it the last of a list. */
    private static final Pattern PARAMETER_BEFORE = Pattern.compile(
            "(?:(?<![A-Za-z0-9_])(?:param(?:eter)?|field|arg(?:ument)?|(?:additional_?)?property|option|attribute|keyword|key|name)"
                    + "(?:s|\\(s\\))?(?: supplied| given| passed)?[^\\p{L}\\p{N}_]{0,6}"
                    + "(?:[a-z_.]{1,40}['\"`]?\\s*(?:,|and |or )\\s*['\"`]?){0,8}"
                    + "|(?<![A-Za-z0-9_])body['\"]?(?:\\s*(?:[.,]|->)\\s*['\"]?[a-z_0-9]{1,40}['\"]?){0,8}\\s*(?:[.,]|->)\\s*['\"]?"
                    + "|(?<![A-Za-z0-9_])(?:arg(?:ument)?|param(?:eter)?|field|property)s? [a-z ]{1,60}: ['\"`]?)$",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern PARAMETER_BEHIND = Pattern.compile(
            "^['\"`\\])]?\\s{1,4}(?:(?:param(?:eter)?|field|argument|property|option|type)s?(?![A-Za-z0-9_])"
                    + "|extra (?:inputs|fields))",
            Pattern.CASE_INSENSITIVE);

    /** A message begins with the name, or a member that is called so holds what is wrong with it. */
    private static final Pattern BEFORE_A_COLON = Pattern.compile("(?:[\\{,]\\s*|:\\s*)\"$");

    private static final Pattern COLON_BEHIND = Pattern.compile(
            "^(?:\"\\s*:[\\s\\[\"]{1,6}[a-z]+[^a-z]+[a-z]+|:\\s+(?:extra (?:inputs|fields)|unknown|unsupported|not ))",
            Pattern.CASE_INSENSITIVE);

    /** Of the name itself is said that it is not known. */
    private static final Pattern UNKNOWN_BEHIND = Pattern.compile(
            "^['\"`]?:?\\s*(?:(?:is|are|was|has|does) )?(?:not (?:be |currently |yet )?"
                    + "(?:support|permit|allow|implement|recogni[sz]|available)"
                    + "|unsupported|un(?:known|recogni[sz]ed|expected|available))[a-z]*",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))", Pattern.DOTALL);

    /** More places where a name stands are not looked at, nor more of a text beside one. */
    private static final int MOST_PLACES = 50;

    private static final int MOST_BESIDE = 300;

    /** The words by which servers say that they do not know a name, in contrast to a value. */
    private static final Pattern UNKNOWN_NAME = Pattern.compile(
            "not (?:be |currently |yet )?(?:support|permit|allow|implement|recogni[sz]|available|enabled)|unsupported"
                    + "|n't support|un(?:known|recogni[sz]ed|expected|available)|extra (?:inputs|fields|param)"
                    + "|extra_forbidden|additional propert|invalid (?:param|field|argument|name)|cannot find field"
                    + "|no such (?:param|field)|only (?:be )?(?:allowed|supported|available|enabled)|enabled only",
            Pattern.CASE_INSENSITIVE);

    /** A value is wrong, or the schema of the caller. */
    private static final Pattern WRONG_VALUE = Pattern.compile(
            "unsupported[ _]value|invalid[ _]value|invalid_json_schema|invalid schema for|less than|greater than"
                    + "|too large|too small|at most|at least|minimum|maximum",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern INCLUDED =
            Pattern.compile("['\"`]include['\"`]|reasoning\\.encrypted_content", Pattern.CASE_INSENSITIVE);

    /** As gateways say that pass every path to the handler of one: of a conversation they know {@code messages} only. */
    private static final Pattern WANTS_CHAT = Pattern.compile(
            "/chat/completions(?![A-Za-z0-9_])"
                    + "|(?<![A-Za-z0-9_])messages(?![A-Za-z0-9_]).{0,40}?(?:required|missing|must be)"
                    + "|(?:required|missing).{0,40}?(?<![A-Za-z0-9_])messages(?![A-Za-z0-9_])",
            Pattern.CASE_INSENSITIVE);

    /** Of the pieces of a reply a server has no other value than none. */
    private static final Pattern NO_PIECES = Pattern.compile(
            "must be false|(?:set|requires) .{0,20}false|does(?: not|n't) support|only .{0,30}false",
            Pattern.CASE_INSENSITIVE);

    static Refusal of(int status, String body) {
        String param = json(body).path("error").path("param").asText("");
        return new Refusal(status, body, param.isBlank() || param.equals("null") ? "" : param, OwnWords.NONE);
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

    /** The same, of a request that has these words. */
    Refusal of(OwnWords words) {
        return new Refusal(status, body, param, words);
    }

    /** Whether Chat Completions is wanted in place of the Responses API: it is named, or what it alone needs is missing. */
    boolean isOfResponses() {
        return isOfRequest() && (param.equals("messages") || isNamed(WANTS_CHAT));
    }

    /** Whether a parameter of this name is refused, not its value. */
    boolean isOf(String name) {
        return isOf(OptionalParameter.wordOf(name));
    }

    /** The same of a parameter that has several names. */
    boolean isOf(Pattern name) {
        return isOfName() && isNamed(name);
    }

    /**
     * The first parameter that is named, of those that can be left out.
     *
     * @param sent whether a parameter was sent at all
     */
    Optional<OptionalParameter> parameter(Predicate<OptionalParameter> sent) {
        if (!isOfRequest()) {
            return Optional.empty();
        }
        Optional<OptionalParameter> other = Arrays.stream(OptionalParameter.values())
                .filter(parameter -> parameter != OptionalParameter.STREAM)
                .filter(parameter -> isOfName() || (parameter == OptionalParameter.INCLUDE && isOfIncluded()))
                .filter(parameter -> namedAt(parameter) < subject().length())
                .filter(sent)
                .min(Comparator.comparingInt(this::namedAt));
        return other.or(
                () -> Optional.of(OptionalParameter.STREAM).filter(stream -> isOfPieces() && sent.test(stream)));
    }

    /** Of what can be included one thing is asked for: its value is refused like its name. */
    private boolean isOfIncluded() {
        return isOfRequest()
                && (param.startsWith("include") || INCLUDED.matcher(said()).find());
    }

    /** Whether a reply in pieces is refused. */
    boolean isOfPieces() {
        boolean isRefused =
                param.equals("stream") || isOfName() || NO_PIECES.matcher(body).find();
        return isOfRequest() && isRefused && isNamed(OptionalParameter.STREAM.mention());
    }

    /** Whether a request that asked for no stream was refused for that: of what it does not say, nobody speaks otherwise. */
    boolean isOfWholeReply() {
        return isOfRequest() && isNamed(OptionalParameter.STREAM.mention());
    }

    private int namedAt(OptionalParameter parameter) {
        return namedAt(
                parameter.mention(),
                parameter == OptionalParameter.STORE ? Evidence.ONLY_OF_A_PARAMETER : Evidence.ANY);
    }

    /** Whether a name is said that is no quotation of the request, in the value that names the refused if there is one. */
    boolean isNamed(Pattern name) {
        return namedAt(name, Evidence.ANY) < subject().length();
    }

    /** The same in all that the refusal says. */
    boolean isSaid(Pattern name) {
        String said = said();
        return toldAt(said, name, Evidence.ANY) < said.length();
    }

    /** What a name needs beside it, if the request says it, too. */
    private enum Evidence {
        /** Something that no quotation of the request has. */
        ANY,
        /** A word for a parameter: where it is left out by mistake, texts are stored. */
        ONLY_OF_A_PARAMETER
    }

    /** Where a name is said that is no quotation of the request; the end of the subject if it is not. */
    private int namedAt(Pattern name, Evidence evidence) {
        String subject = subject();
        if (!param.isEmpty()) {
            Matcher found = name.matcher(param);
            return found.find() && !PLACE_OF_CALLER.matcher(param).find() ? found.start() : param.length();
        }
        return toldAt(subject, name, evidence);
    }

    private int toldAt(String text, Pattern name, Evidence evidence) {
        Matcher found = name.matcher(text);
        for (int place = 0; place < MOST_PLACES && found.find(); place++) {
            if (isToldOf(text, found.start(), found.end(), evidence)) {
                return found.start();
            }
        }
        return text.length();
    }

    private boolean isToldOf(String text, int start, int end, Evidence evidence) {
        if (!own.say(text.substring(start, end))) {
            return true;
        }
        String before = text.substring(Math.max(0, start - MOST_BESIDE), start);
        String behind = text.substring(end, Math.min(text.length(), end + MOST_BESIDE));
        String name = text.substring(start, end);
        if (isUnsaid(PARAMETER_BEFORE.matcher(before), name, "")
                || isUnsaid(PARAMETER_BEHIND.matcher(behind), "", name)
                || (BEFORE_A_COLON.matcher(before).find() && isUnsaid(COLON_BEHIND.matcher(behind), "", name))) {
            return true;
        }
        return evidence == Evidence.ANY
                && (isUnsaid(UNKNOWN_BEHIND.matcher(behind), "", name) || !own.isInQuotation(text, start, end));
    }

    /** Whether words stand beside a name, and the request does not say them there. */
    private boolean isUnsaid(Matcher beside, String behind, String before) {
        return beside.find() && !own.say(before + beside.group() + behind);
    }

    /** What names the refused: the value that says so if there is one, else all of it, as JSON would read it. */
    private String subject() {
        return param.isEmpty() ? said() : param;
    }

    /** All of it, as JSON would read it. */
    String said() {
        return unescaped(unescaped(body)); // an error of a server behind it is escaped twice
    }

    private static String unescaped(String json) {
        return ESCAPE.matcher(json)
                .replaceAll(escape -> Matcher.quoteReplacement(
                        escape.group(1) == null ? plain(escape.group(2)) : utf16(escape.group(1))));
    }

    private static String plain(String escaped) {
        return "nrtbf".contains(escaped) ? " " : escaped;
    }

    private static String utf16(String code) {
        return String.valueOf((char) Integer.parseInt(code, 16));
    }

    /** Whether something is not known. */
    boolean isOfUnknown() {
        return UNKNOWN_NAME.matcher(body).find();
    }

    /** Whether a name is not known, in contrast to a value. */
    private boolean isOfName() {
        return isOfRequest() && isOfUnknown() && !WRONG_VALUE.matcher(body).find();
    }

    /** Whether the request itself is refused. */
    boolean isOfRequest() {
        return status == 400 || status == 422;
    }
}
