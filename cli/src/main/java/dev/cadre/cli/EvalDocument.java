// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.eval.Candidate;
import dev.cadre.eval.CandidateResult;
import dev.cadre.eval.Confusion;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.PairedTest;
import dev.cadre.eval.Proportion;
import dev.cadre.eval.Recommendation;
import dev.cadre.eval.Verdict;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The JSON document of an eval. The order of the fields is that of the document. */
final class EvalDocument {
    private static final int SCHEMA = 1;
    private static final int DECIMALS = 6;

    private EvalDocument() {}

    static Json.Obj of(EvalOptions options, EvalResult result, EvalEnding ending) {
        return Json.obj()
                .with("schema", SCHEMA)
                .with("status", ending.name())
                .with("sentence", ending.sentence())
                .with("input", options.input().toString())
                .with("expect", options.expect())
                .with("lane", options.lane().name().toLowerCase(Locale.ROOT))
                .with("journal", options.files().journal().map(Object::toString).orElse(""))
                .with("examples", options.examples().size())
                .with(
                        "required",
                        options.required().isPresent()
                                ? number(options.required().getAsDouble())
                                : none())
                .with(
                        "recommendation",
                        ending.recommendation()
                                .map(EvalDocument::recommendation)
                                .orElse(none()))
                .with("candidates", list(result.candidates(), candidate -> candidate(candidate, options.fields())))
                .with("comparisons", list(result.comparisons(), EvalDocument::comparison))
                .with("confusion", new Json.Arr(confusion(options, result)))
                .with(
                        "disagreements",
                        new Json.Arr(result.candidates().stream()
                                .flatMap(candidate -> candidate.disagreements().stream()
                                        .map(verdict -> disagreement(candidate.candidate(), verdict)))
                                .toList()))
                .with("missing", Json.strings(result.missing()))
                .with("cost", cost(result.spend(), result.limit()))
                .with("error", ending.problem().map(EvalDocument::error).orElse(none()));
    }

    /** Of an eval that tried nothing. */
    static Json.Obj failed(String kind, String message) {
        return Json.obj()
                .with("schema", SCHEMA)
                .with("status", SearchDocument.FAILED)
                .with("sentence", "")
                .with("candidates", Json.arr())
                .with("cost", cost(Spend.NONE, Money.ZERO))
                .with("error", error(new Problem(kind, message)));
    }

    private static Json recommendation(Recommendation recommendation) {
        return switch (recommendation) {
            case Recommendation.Enough enough ->
                Json.obj()
                        .with("kind", "enough")
                        .with("candidate", enough.candidate().candidate().toString())
                        .with("undecided", list(enough.cheaper(), EvalDocument::undecided));
            case Recommendation.TooFewExamples few ->
                Json.obj()
                        .with("kind", "too_few_examples")
                        .with("candidate", none())
                        .with("undecided", list(few.undecided(), EvalDocument::undecided));
            case Recommendation.NoneEnough none ->
                Json.obj().with("kind", "none").with("candidate", none()).with("undecided", Json.arr());
        };
    }

    private static Json undecided(Recommendation.Undecided one) {
        return Json.obj()
                .with("candidate", one.candidate().candidate().toString())
                .with("moreExamples", one.moreExamples());
    }

    private static Json candidate(CandidateResult result, List<String> fields) {
        Json.Obj each = Json.obj();
        for (String field : fields) {
            each = each.with(field, proportion(result.passed(field)));
        }
        return Json.obj()
                .with("candidate", result.candidate().toString())
                .with("models", Json.strings(result.models()))
                .with("examples", result.examples())
                .with("passed", result.count(Verdict.Kind.PASSED))
                .with("wrong", result.count(Verdict.Kind.WRONG))
                .with("invalid", result.count(Verdict.Kind.INVALID))
                .with("refused", result.count(Verdict.Kind.REFUSED))
                .with("missing", result.missing())
                .with("rate", number(result.passed().rate()))
                .with("lower", number(result.passed().lower()))
                .with("upper", number(result.passed().upper()))
                .with("fields", each)
                .with("picoUsd", result.spend().total().picoUsd())
                .with("picoUsdPerExample", money(result.perExample()))
                .with("picoUsdPerPassed", money(result.perPassed()))
                .with("millis", result.elapsed().toMillis())
                .with("session", result.session())
                .with("stop", result.stop().name().toLowerCase(Locale.ROOT));
    }

    private static Json proportion(Proportion seen) {
        return Json.obj()
                .with("passed", seen.count())
                .with("rate", number(seen.rate()))
                .with("lower", number(seen.lower()))
                .with("upper", number(seen.upper()));
    }

    private static Json comparison(PairedTest test) {
        return Json.obj()
                .with("first", test.first().toString())
                .with("second", test.second().toString())
                .with("examples", test.examples())
                .with("onlyFirst", test.onlyFirst())
                .with("onlySecond", test.onlySecond())
                .with("pValue", number(test.pValue()));
    }

    private static List<Json> confusion(EvalOptions options, EvalResult result) {
        return options.tableFields().stream()
                .flatMap(field -> result.candidates().stream()
                        .flatMap(candidate -> candidate.confusion(field).stream()
                                .map(table -> confusion(candidate.candidate(), table))))
                .toList();
    }

    private static Json confusion(Candidate candidate, Confusion table) {
        return Json.obj()
                .with("candidate", candidate.toString())
                .with("field", table.field())
                .with("values", Json.strings(table.values()))
                .with("counts", list(table.counts(), EvalDocument::numbers))
                .with("unanswered", numbers(table.unanswered()));
    }

    private static Json numbers(List<Long> counts) {
        return list(counts, Json.Num::of);
    }

    private static Json disagreement(Candidate candidate, Verdict verdict) {
        return Json.obj()
                .with("candidate", candidate.toString())
                .with("example", verdict.example())
                .with("kind", verdict.kind().name().toLowerCase(Locale.ROOT))
                .with("expected", verdict.expected())
                .with("answer", verdict.answer())
                .with("why", verdict.why());
    }

    private static Json cost(Spend spend, Money budget) {
        Cost cost = Cost.of(spend, budget);
        return Json.obj()
                .with("picoUsd", cost.picoUsd())
                .with("usd", cost.usd())
                .with("budgetPicoUsd", cost.budgetPicoUsd())
                .with("forfeitedPicoUsd", cost.forfeitedPicoUsd())
                .with("attempts", cost.attempts());
    }

    private static Json error(Problem problem) {
        return Json.obj().with("kind", problem.kind()).with("message", problem.message());
    }

    private static <T> Json list(List<T> items, java.util.function.Function<T, Json> each) {
        return new Json.Arr(items.stream().map(each).toList());
    }

    private static Json money(Optional<Money> amount) {
        return amount.<Json>map(each -> Json.Num.of(each.picoUsd())).orElse(none());
    }

    private static Json number(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(DECIMALS, RoundingMode.HALF_EVEN);
        return new Json.Num(
                rounded.signum() == 0
                        ? BigDecimal.ZERO
                        : new BigDecimal(rounded.stripTrailingZeros().toPlainString()));
    }

    private static Json none() {
        return Json.Null.NULL;
    }
}
