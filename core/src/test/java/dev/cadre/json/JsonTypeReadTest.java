// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTypeReadTest {
    enum Tier {
        NANO,
        MINI
    }

    sealed interface Step permits Search, Summarize {}

    record Search(String term, Tier tier) implements Step {}

    record Summarize(@JsonProperty("max_words") int maxWords) implements Step {
        Summarize {
            if (maxWords < 1) {
                throw new IllegalArgumentException("at least 1 word, not " + maxWords);
            }
        }
    }

    private record Plan(String goal, List<Step> steps, Optional<String> note, Map<Tier, Long> shares) {}

    private static final JsonType<Plan> PLAN = JsonType.of(Plan.class);

    private static final Plan VALUE = new Plan(
            "tidy",
            List.of(new Search("retry", Tier.MINI), new Summarize(20)),
            Optional.empty(),
            Map.of(Tier.NANO, 3L));

    private static final String TEXT = """
            {"goal":"tidy","steps":[{"kind":"Search","term":"retry","tier":"MINI"},\
            {"kind":"Summarize","max_words":20}],"note":null,"shares":[{"key":"NANO","value":3}]}""";

    private static List<String> defects(JsonType<?> type, String text) {
        var thrown = catchThrowableOfType(JsonMismatchException.class, () -> type.read(text));
        assertThat(thrown).as("a mismatch for %s", text).isNotNull();
        return thrown.defects();
    }

    @Test
    void value_writtenAndReadBack_isEqual() {
        assertThat(PLAN.write(VALUE)).isEqualTo(TEXT);
        assertThat(PLAN.read(TEXT)).isEqualTo(VALUE);
    }

    @Test
    void reply_fencedOrBetweenSentences_isUnfenced() {
        assertThat(PLAN.read("```json\n" + TEXT + "\n```")).isEqualTo(VALUE);
        assertThat(PLAN.read("Here is the plan:\n" + TEXT + "\nHope this helps!"))
                .isEqualTo(VALUE);
        assertThat(PLAN.read("\ufeff  " + TEXT + "\n")).isEqualTo(VALUE);
    }

    @Test
    void everyDefect_isReportedAtOnce() {
        var broken = """
                {"goal":7,"steps":[{"kind":"Search","term":"x","tier":"HUGE"},{"kind":"Summarize","max_words":0},\
                {"kind":"Dance"},{"term":"y"}],"shares":[{"key":"NANO","value":1.5}],"extra":1}""";
        assertThat(defects(PLAN, broken))
                .containsExactly(
                        "$.extra: unknown key; the keys are goal, steps, note, shares",
                        "$.goal: expected a string, got a number",
                        "$.steps[0].tier: \"HUGE\" is not one of NANO, MINI",
                        "$.steps[1]: at least 1 word, not 0",
                        "$.steps[2].kind: \"Dance\" is not one of Search, Summarize",
                        "$.steps[3].kind: missing; it is one of Search, Summarize",
                        "$.note: missing",
                        "$.shares[0].value: 1.5 is not a whole number");
    }
}
