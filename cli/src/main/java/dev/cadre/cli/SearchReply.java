// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.mcp.ToolAnswer;
import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@code search_code} answers: as text, and as data by {@link ToolSchemas#found}.
 *
 * @param document what was found; of its texts as much as there is {@linkplain ReplyRoom room} for
 * @param tokens what its model calls took
 * @param left what later calls may still spend
 */
record SearchReply(SearchDocument document, TokenUsage tokens, Money left) {
    SearchReply {
        document = ReplyRoom.fitted(document);
    }

    ToolAnswer answer() {
        return document.error() == null ? ToolAnswer.done(text(), content()) : ToolAnswer.failed(text(), content());
    }

    private Json.Obj content() {
        Json.Obj content = Json.obj().with("status", document.status()).with("mode", document.mode());
        if (document.error() != null) {
            content = content.with("error", document.error().message());
        }
        return content.with(
                        "answer",
                        array(document.answer().stream()
                                .map(SearchReply::sentence)
                                .toList()))
                .with(
                        "places",
                        array(document.results().stream()
                                .map(SearchReply::place)
                                .toList()))
                .with("confidence", document.confidence())
                .with("notes", Json.strings(document.notes()))
                .with("bill", bill());
    }

    private static Json.Obj sentence(SearchDocument.Answer sentence) {
        List<Json.Num> places = sentence.citations().stream().map(Json.Num::of).toList();
        return Json.obj().with("text", sentence.text()).with("places", array(places));
    }

    private static Json.Obj place(SearchDocument.Result result) {
        return Json.obj()
                .with("id", result.id())
                .with("path", result.path())
                .with("startLine", result.startLine())
                .with("endLine", result.endLine())
                .with("line", result.line())
                .with("symbol", result.symbol())
                .with("text", result.snippet());
    }

    private static Json.Arr array(List<? extends Json> items) {
        return new Json.Arr(List.copyOf(items));
    }

    private Json.Obj bill() {
        Cost cost = document.cost();
        return Json.obj()
                .with("spentUsd", usd(Money.ofPico(cost.picoUsd())))
                .with("budgetUsd", usd(Money.ofPico(cost.budgetPicoUsd())))
                .with("leftUsd", usd(left))
                .with("modelCalls", cost.attempts())
                .with("inputTokens", tokens.inputTokens())
                .with("outputTokens", tokens.outputTokens());
    }

    static Json.Num usd(Money money) {
        return new Json.Num(new BigDecimal(money.toUsd()));
    }

    /** A line for each sentence, then each place with its lines, then the notes and the bill. */
    private String text() {
        var text = new StringBuilder();
        if (document.error() != null) {
            line(text, document.error().message());
        }
        document.answer().forEach(sentence -> line(text, sentence.text() + numbers(sentence)));
        if (document.answer().isEmpty()) {
            line(text, "Nothing found.");
        }
        document.results().forEach(result -> place(text, result));
        text.append('\n');
        document.notes().forEach(note -> line(text, "note: " + note));
        line(
                text,
                "confidence %s, %s, spent $%s of $%s for %d model calls; $%s is left for later calls"
                        .formatted(
                                document.confidence(),
                                document.mode(),
                                document.cost().usd(),
                                Money.ofPico(document.cost().budgetPicoUsd()).toUsd(),
                                document.cost().attempts(),
                                left.toUsd()));
        return text.toString().strip();
    }

    private static String numbers(SearchDocument.Answer sentence) {
        return sentence.citations().stream().map(id -> " [" + id + "]").collect(Collectors.joining());
    }

    private static void place(StringBuilder text, SearchDocument.Result result) {
        text.append('\n');
        line(
                text,
                "[%d] %s:%d-%d, above all line %d"
                        .formatted(result.id(), result.path(), result.startLine(), result.endLine(), result.line()));
        int number = result.startLine();
        for (String each : result.snippet().split("\n", -1)) {
            line(text, "%5d  %s".formatted(number++, each));
        }
    }

    private static void line(StringBuilder text, String line) {
        text.append(TextOutput.visible(line)).append('\n');
    }
}
