// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.Effort;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A refusal of one effort of reasoning, in whatever words; one of every effort is that of a parameter.
 *
 * @param allowed those that it names in its place; empty if it names none
 */
record RefusedEffort(Set<Effort> allowed) {
    /** The words before the values that are allowed, and all that may belong to these. */
    private static final Pattern ALLOWED = Pattern.compile(
            "(?:(?:supported|allowed|valid|permitted|possible) (?:values|options|efforts)(?: are)?"
                    + "|(?:must|should|can) (?:only )?be|one of|expected|choose from)"
                    + "(?<values>.{0,200}?)(?:\\.(?![a-z])|'?input'?:|$)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern WRONG_VALUE = Pattern.compile(
            "unsupported[ _]value|invalid[ _]value|not (?:be )?(?:support|permit|allow|valid)|unsupported|invalid"
                    + "|literal_error|must be|should be|expected|one of",
            Pattern.CASE_INSENSITIVE);

    /** As servers say of a model that always reasons. */
    private static final Pattern ALWAYS = Pattern.compile(
            "mandatory|(?:cannot|can't|can not|must not) be (?:disabled|turned off|switched off)|only works in"
                    + "|only type=enabled|restricted to true",
            Pattern.CASE_INSENSITIVE);

    /** Of a server that writes it in its own form for another one, which wants it in a third. */
    private static final Pattern NO_VALUE = Pattern.compile(
            "(?:reasoning_effort|thinking).{0,10}不支持|thinking: input should be a valid dictionary|budget 0 is invalid",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern THINKING = Pattern.compile("enable_thinking|budget 0", Pattern.CASE_INSENSITIVE);

    private static final Pattern BESIDE_TOOLS = Pattern.compile(
            "tools?\\b.{0,40}(?:with|beside|and|when|while).{0,40}reasoning|reasoning.{0,60}(?:with|beside|when|while).{0,40}\\btools?\\b",
            Pattern.CASE_INSENSITIVE);

    private static final Map<Effort, Pattern> WORDS = Arrays.stream(Effort.values())
            .collect(Collectors.toUnmodifiableMap(
                    effort -> effort, effort -> OptionalParameter.wordOf(effort.wireName())));

    RefusedEffort {
        allowed = Set.copyOf(allowed);
    }

    /** What a refusal says of the effort that was sent. */
    static Optional<RefusedEffort> in(Refusal refusal, String sent) {
        if (sent.isEmpty() || !refusal.isOfRequest()) {
            return Optional.empty();
        }
        String said = refusal.said();
        boolean isNamed = refusal.isNamed(OptionalParameter.REASONING.mention()) || refusal.isNamed(THINKING);
        if (isNamed && (ALWAYS.matcher(said).find() || NO_VALUE.matcher(said).find())) {
            return Optional.of(new RefusedEffort(Set.of()));
        }
        boolean saysValue = Pattern.compile(
                        "(?:['\"`=]|effort:? )" + sent + "(?![A-Za-z0-9_])", Pattern.CASE_INSENSITIVE)
                .matcher(said)
                .find();
        Set<Effort> allowed = allowed(said, sent);
        boolean mayBeUnnamed = refusal.param().isEmpty() && refusal.isSaid(Pattern.compile(sent));
        boolean isOfEffort = isNamed ? saysValue || !allowed.isEmpty() : saysValue && mayBeUnnamed;
        return isOfEffort && WRONG_VALUE.matcher(said).find()
                ? Optional.of(new RefusedEffort(allowed))
                : Optional.empty();
    }

    /** Whether tools are refused beside reasoning, which some models do unless they are told not to. */
    static boolean isOfToolsBesideAny(Refusal refusal, ObjectNode body) {
        return refusal.isOfRequest()
                && !body.path("tools").isEmpty()
                && !body.path("reasoning_effort").asText().equals(Effort.NONE.wireName())
                && refusal.isOfUnknown()
                && refusal.isSaid(BESIDE_TOOLS);
    }

    private static Set<Effort> allowed(String said, String sent) {
        var allowed = EnumSet.noneOf(Effort.class);
        Matcher list = ALLOWED.matcher(said);
        while (list.find()) {
            String values = list.group("values");
            WORDS.forEach((effort, word) -> {
                if (word.matcher(values).find()) {
                    allowed.add(effort);
                }
            });
        }
        allowed.removeIf(effort -> effort.wireName().equals(sent));
        return allowed;
    }
}
