// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.openai.OpenAi;
import dev.cadre.probe.Check;
import dev.cadre.probe.Finding;
import dev.cadre.probe.Finding.Verdict;
import dev.cadre.probe.ServerProbe;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The variables of the command that mend what a probe found.
 *
 * @param tier the tier whose model is asked
 * @param spoken the API that its client speaks by now, as {@code CADRE_API} names it
 */
record ProbeAdvice(Tier tier, Map<String, String> environment, Supplier<String> spoken) {
    private static final Set<Integer> WRONG_API = Set.of(400, 404);

    /** What {@link #spoken} says now. */
    String api() {
        return spoken.get();
    }

    /** A finding with the variable that its advice is about. */
    ProbeDocument.Row row(Finding finding) {
        boolean isOwnPrice = finding.check() == Check.PRICE
                && finding.verdict() == Verdict.LIMITED
                && OpenAi.price(environment, tier).isPresent();
        boolean isSettled = isOwnPrice && !finding.advice().isEmpty(); // what it advises has been done
        return new ProbeDocument.Row(
                finding.check().label(),
                (isSettled ? Verdict.WORKS : finding.verdict()).label(),
                Echo.ofFailure(finding.message())
                        + (isOwnPrice ? "; %s is what is booked".formatted(Models.priceVariable(tier)) : ""),
                isSettled ? "" : advice(finding),
                finding.notes().stream().map(Echo::ofFailure).toList());
    }

    private String advice(Finding finding) {
        boolean isLimited = finding.verdict() == Verdict.LIMITED;
        if (finding.verdict() == Verdict.NOT_TRIED) { // for want of money, if anything helps
            return finding.advice().isEmpty() ? "" : finding.advice() + ": --budget";
        }
        return switch (finding.check()) {
            case PRICE ->
                isLimited && !finding.advice().isEmpty()
                        ? "%s: %s, in US dollars per million tokens, such as 0.20/1.25"
                                .formatted(finding.advice(), Models.priceVariable(tier))
                        : finding.advice();
            case CAP ->
                isLimited && isOlderNameOfCap(finding)
                        ? "CADRE_API=chat-max-tokens sends it so from the start"
                        : finding.advice();
            case SCHEMA ->
                finding.verdict() == Verdict.ADAPTED && declared().isEmpty() && isChat(api())
                        ? "CADRE_API=%s spares each run the calls that find this out".formatted(api())
                        : finding.advice();
            default -> finding.advice();
        };
    }

    /** Whether the client has learned that the server knows the cap by its older name only. */
    private static boolean isOlderNameOfCap(Finding finding) {
        return finding.notes().stream().anyMatch(note -> note.contains("the cap is sent as max_tokens"));
    }

    private String declared() {
        return environment.getOrDefault("CADRE_API", "").strip().toLowerCase(Locale.ROOT);
    }

    private static boolean isChat(String api) {
        return api.startsWith("chat");
    }

    /** The API over which the schema is worth another question: the declared one ignores it. */
    Optional<String> otherApi(ServerProbe.Result result) {
        boolean isIgnored = result.outage().isEmpty()
                && schema(result.findings())
                        .filter(finding -> finding.verdict() == Verdict.LIMITED || finding.verdict() == Verdict.FAILED)
                        .isPresent();
        return isIgnored && !declared().isEmpty()
                ? Optional.of(isChat(declared()) ? "responses" : "chat")
                : Optional.empty();
    }

    private static Optional<Finding> schema(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.check() == Check.SCHEMA)
                .findFirst();
    }

    /** What to set where the server ignores the schema of an answer. */
    private Optional<String> onIgnoredSchema(ServerProbe.Result result, Optional<ServerProbe.Result> other) {
        boolean isKeptByOther = other.flatMap(asked -> schema(asked.findings()))
                .filter(finding -> finding.verdict() == Verdict.WORKS || finding.verdict() == Verdict.ADAPTED)
                .isPresent();
        if (isKeptByOther) {
            return otherApi(result).map("CADRE_API=%s: over that API this server keeps the form"::formatted);
        }
        return schema(result.findings())
                .filter(finding -> finding.verdict() == Verdict.LIMITED)
                .map(limited -> declared().isEmpty()
                        ? "CADRE_API=%s with CADRE_SCHEMAS=ignored spares each run the calls that find this out"
                                .formatted(api())
                        : "CADRE_SCHEMAS=ignored spares each run the calls that find this out");
    }

    /** What to try if the server answered nothing. */
    Optional<String> onOutage(ServerProbe.Result result) {
        return result.outage()
                .filter(this::isPerhapsOfTheApi)
                .map(failure -> "if the server has Chat Completions only, CADRE_API=chat asks it there");
    }

    private boolean isPerhapsOfTheApi(ModelException failure) {
        if (isChat(declared()) || OpenAi.api(environment).equals("responses")) { // it is declared, or OpenAI is asked
            return false;
        }
        if (failure instanceof ModelException.InvalidRequest refused) {
            return WRONG_API.contains(refused.status());
        }
        boolean isMissing =
                failure instanceof ModelException.Unreachable || failure instanceof ModelException.UnknownModel;
        return isMissing && declared().equals("responses"); // undeclared, the client has tried the other API by then
    }

    /** The rows of all findings; the first has the hint as its advice. */
    List<ProbeDocument.Row> rows(ServerProbe.Result result, Optional<ServerProbe.Result> other) {
        var rows = new ArrayList<ProbeDocument.Row>();
        for (Finding finding : result.findings()) {
            ProbeDocument.Row row = row(finding);
            rows.add(
                    finding.check() == Check.SCHEMA
                            ? onIgnoredSchema(result, other).map(row::advising).orElse(row)
                            : row);
        }
        onOutage(result).ifPresent(hint -> rows.set(0, rows.getFirst().advising(hint)));
        return rows;
    }
}
