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

/**
 * The variables of the command that mend what a probe found.
 *
 * @param tier the tier whose model is asked
 */
record ProbeAdvice(Tier tier, Map<String, String> environment) {
    private static final String CAP = "; CADRE_API=chat-max-tokens sends it so from the start";
    private static final Set<Integer> WRONG_API = Set.of(400, 404);

    /** A finding with the variable that its advice is about. */
    ProbeDocument.Row row(Finding finding) {
        boolean isLimited = finding.verdict() == Verdict.LIMITED;
        boolean isPrice = isLimited && finding.check() == Check.PRICE;
        boolean isCap = isLimited && finding.check() == Check.CAP && isOlderNameOfCap(finding);
        return new ProbeDocument.Row(
                finding.check().label(),
                finding.verdict().label(),
                Echo.ofFailure(finding.message()) + (isPrice ? price() : "") + (isCap ? CAP : ""),
                finding.notes().stream().map(Echo::ofFailure).toList());
    }

    /** Whether the client has learned that the server knows the cap by its older name only. */
    private static boolean isOlderNameOfCap(Finding finding) {
        return finding.notes().stream().anyMatch(note -> note.contains("the cap is sent as max_tokens"));
    }

    private String price() {
        String variable = Models.priceVariable(tier);
        return OpenAi.price(environment, tier).isPresent()
                ? "; %s is what is booked".formatted(variable)
                : "; %s sets it, in US dollars per million tokens, such as 0.20/1.25".formatted(variable);
    }

    /** What to try if the server answered nothing. */
    Optional<String> onOutage(ServerProbe.Result result) {
        return result.outage()
                .filter(this::isPerhapsOfTheApi)
                .map(failure -> "if the server has Chat Completions only, CADRE_API=chat asks it there");
    }

    private boolean isPerhapsOfTheApi(ModelException failure) {
        String api = environment.getOrDefault("CADRE_API", "").strip().toLowerCase(Locale.ROOT);
        if (api.startsWith("chat")
                || OpenAi.api(environment).equals("responses")) { // it is declared, or OpenAI is asked
            return false;
        }
        if (failure instanceof ModelException.InvalidRequest refused) {
            return WRONG_API.contains(refused.status());
        }
        boolean isMissing =
                failure instanceof ModelException.Unreachable || failure instanceof ModelException.UnknownModel;
        return isMissing && api.equals("responses"); // undeclared, the client has tried the other API by then
    }

    /** The rows of all findings; the first has the hint as a note. */
    List<ProbeDocument.Row> rows(ServerProbe.Result result) {
        List<ProbeDocument.Row> rows = result.findings().stream().map(this::row).toList();
        return onOutage(result).map(hint -> noting(rows, hint)).orElse(rows);
    }

    private static List<ProbeDocument.Row> noting(List<ProbeDocument.Row> rows, String hint) {
        var noted = new ArrayList<>(rows);
        ProbeDocument.Row first = rows.getFirst();
        noted.set(0, new ProbeDocument.Row(first.check(), first.verdict(), first.message(), List.of(hint)));
        return noted;
    }
}
