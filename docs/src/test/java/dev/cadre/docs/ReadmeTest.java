// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Price;
import dev.cadre.testing.ScriptedModel;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README says of its example and of prices. */
class ReadmeTest {
    /** Model, input, cached input, output, source, date. */
    private static final Pattern PRICE_ROW = Pattern.compile(
            "(?m)^\\| ([a-z0-9.-]+) \\| ([0-9.]+) \\| ([0-9.]+) \\| ([0-9.]+) \\| ([^|]+) \\| (20[0-9-]+) \\|$");

    final ScriptedModel model = new ScriptedModel();

    @Test
    void example_runs() throws Exception {
        model.on(Pets.NOTE, "cats").replies(new Note("They purr."));
        model.on(Pets.NOTE, "dogs").replies(new Note("They bark."));
        model.on(Pets.BRIEF, new Notes(new Note("They purr."), new Note("They bark.")))
                .replies(new Brief("Pets make noise."));

        assertThat(Pets.brief(model.pools())).isEqualTo(new Brief("Pets make noise."));
        assertThat(model.calls()).hasSize(3);
    }

    @Test
    void example_hasAtMostTwentyFiveLines() {
        assertThat(Documents.README.blocks("java").getFirst().lines()).hasSizeLessThanOrEqualTo(25);
    }

    @Test
    void example_costsWhatIsSaid() {
        var nano = ModelCatalog.standard().spec("gpt-5.4-nano").price();

        assertThat(nano.cost(TokenUsage.of(100, 100), ServiceTier.STANDARD)
                        .times(3)
                        .toUsd())
                .isEqualTo("0.000435");
        assertThat(Documents.README.prose()).contains("three calls of 100 tokens in and 100 out cost $0.000435");
    }

    @Test
    void prices_areThoseOfTheCatalogue() {
        List<MatchResult> rows =
                PRICE_ROW.matcher(Documents.README.text()).results().toList();

        assertThat(rows).hasSize(6).allSatisfy(row -> {
            var spec = ModelCatalog.standard().spec(row.group(1));
            Price said = Price.perMillionTokens(row.group(2), row.group(3), row.group(4));
            assertThat(spec.price().input()).isEqualTo(said.input());
            assertThat(spec.price().cache().read()).isEqualTo(said.cache().read());
            assertThat(spec.price().output()).isEqualTo(said.output());
            assertThat(spec.listing().source()).startsWith(row.group(5));
            assertThat(spec.listing().asOf()).hasToString(row.group(6));
        });
    }
}
