// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Budget;
import dev.cadre.examples.programs.DocumentDigest.Digest;
import dev.cadre.examples.programs.DocumentDigest.Document;
import dev.cadre.examples.programs.DocumentDigest.Summary;
import dev.cadre.merge.Citation;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.testing.ScriptedCall;
import dev.cadre.testing.ScriptedModel;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DocumentDigestTest {
    private static final int DOCUMENTS = 200;
    private static final String PAGE = "The committee met, heard the report and put off its decision. ".repeat(40);

    private static final Pattern TEXT = Pattern.compile("\\[(\\d+)\\] text:");

    final ScriptedModel model = new ScriptedModel();

    private static String firstPassage(ScriptedCall call) {
        Matcher passage = TEXT.matcher(call.request().turns().toString());
        return passage.find() ? passage.group(1) : "";
    }

    @Test
    void documents_areSummarisedOnNano_andReducedInSeveralCalls() throws Exception {
        List<Document> documents = IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> new Document("minutes-" + i, "Minutes " + i))
                .toList();
        model.onPlan().costing(900, 60).repliesText("""
                        {"subtasks":[{"type":"summarise","id":"s","input":{"document":{"from":"documents","field":""}}}]}""");
        model.on(DocumentDigest.SUMMARISE).costing(3_000, 600).answers(call -> {
            var input = DocumentDigest.SUMMARISE.inputType().read(call.purpose().input());
            return new Summary(input.document().name(), PAGE);
        });
        model.onMerge()
                .costing(2_000, 100)
                .repliesText(
                        "{\"answer\":{\"text\":\"Nothing is decided.\",\"themes\":[\"delay\"]},\"citations\":[1,2,3]}");
        model.when("notes", call -> call.purpose().subtaskId().startsWith("@merger#"))
                .costing(80_000, 200)
                .answers(call -> "{\"facts\":[{\"text\":\"A decision was put off.\",\"citations\":[%s]}]}"
                        .formatted(firstPassage(call)));

        var result = DocumentDigest.digest(model.pools(), documents, Money.usd("1.50"), Budget.usd("3.00"));

        assertThat(result)
                .isCompleteWith(new Digest("Nothing is decided.", List.of("delay")))
                .leftNothingBehind();
        // planner $0.00315, 200 summaries at $0.00135, 3 calls for notes at $0.0609, the digest $0.00195
        assertThat(result).spent("0.4578");
        assertThat(result.report().notes()).containsExactly("200 results were read in 3 calls");
        assertThat(result.report().citations())
                .extracting(Citation::subtaskId) // the first document of each call
                .containsExactly("s#0", "s#87", "s#174");
        assertThat(model.calls().stream()
                        .filter(call -> call.purpose().subtaskType().equals("summarise")))
                .hasSize(DOCUMENTS)
                .allSatisfy(call -> assertThat(call.purpose().tier()).isEqualTo(Tier.NANO));
    }
}
