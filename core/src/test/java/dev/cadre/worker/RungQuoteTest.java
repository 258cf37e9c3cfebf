// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Attachment;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ProviderTool;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Capability;
import dev.cadre.price.CountRange;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import dev.cadre.worker.RungQuote.Escalation;
import dev.cadre.worker.RungScript.Note;
import dev.cadre.worker.RungScript.Topic;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The arithmetic of an estimate, by hand. A token of input costs a micro-dollar, a cached one a tenth, one of output ten;
 * each byte is a token at most. The first call has 42 bytes, of the input 38 to 158 are not known yet; its cap is 100.
 */
class RungQuoteTest {
    private static final Price PRICE = Price.perMillionTokens("1", "0.1", "10");
    private static final CountRange MORE = new CountRange(38, 118, 158);
    private static final int ATTEMPTS = 4;
    private static final Limits LIMITS = Limits.DEFAULT
            .withEstimates(new Limits.Estimates(8, 25, 1, 1_000))
            .withTools(new Limits.ToolLimits(2, 3, 1_000, Duration.ofSeconds(1)));

    private static RungQuote quote(SubtaskType<Topic, Note> type, long cap) {
        var spec = ModelSpec.of("m", PRICE)
                .withTokens(TokenBounds.of(10_000, 9_000, 1_000).boundByBytes())
                .withImageTokens(Attachment.Detail.LOW, 85)
                .withImageTokens(Attachment.Detail.HIGH, 765);
        var pool = ModelPool.builder(
                        (request, context) -> {
                            throw new AssertionError("an estimate calls nobody");
                        },
                        "m")
                .catalog(ModelCatalog.of(List.of(spec)))
                .toolPrice(ProviderTool.Kind.WEB_SEARCH, new Price.OfTool(Money.usd("0.01"), 500))
                .build();
        var first = ModelRequest.of("m", "system", "user", cap);
        return new RungQuote(pool, first, (Work.Model<?, ?>) type.work(), MORE, LIMITS);
    }

    private static Money micros(long amount) {
        return Money.ofPico(amount * 1_000_000);
    }

    @Test
    void low_isOneCallWithTheFewestTokens_readFromTheCache() {
        // 80 bytes are 10 tokens at least, and one of output
        assertThat(quote(RungScript.NOTE, 100).low()).isEqualTo(micros(11));
    }

    @Test
    void expected_isOneCallOfUsualTexts() {
        // 160 bytes are usually 40 tokens; a quarter of the cap is used
        assertThat(quote(RungScript.NOTE, 100).expected()).isEqualTo(micros(40 + 250));
        assertThat(quote(RungScript.NOTE, 100).expectedCalls()).isEqualTo(1);
    }

    @Test
    void expected_ofATypeWithTools_readsTheirResults() {
        RungQuote quote = quote(RungScript.NOTE.tools(RungScript.ECHO), 100);

        // the second call reads the first answer, 25 tokens, and a quarter of the most bytes of a result: 62 tokens
        assertThat(quote.expected()).isEqualTo(micros(40 + 250 + 127 + 250));
        assertThat(quote.expectedCalls()).isEqualTo(2);
    }

    @Test
    void expected_ofATypeWithToolsAtTheProvider_readsTwiceAndPaysTheirFee() {
        var searching = RungScript.NOTE.providerTools(2, new ProviderTool.WebSearch());

        assertThat(quote(searching, 100).expected()).isEqualTo(micros(2 * 40 + 250 + 10_000));
    }

    @Test
    void fees_ofToolsAtTheProvider_areThoseOfTheDearest_forEachCall() {
        var searching = RungScript.NOTE.tools(RungScript.ECHO).providerTools(2, new ProviderTool.WebSearch());
        var without = RungScript.NOTE.tools(RungScript.ECHO);

        // two calls are expected, each with one search at 10,000
        assertThat(quote(searching, 100).expected().minus(quote(without, 100).expected()))
                .isGreaterThanOrEqualTo(micros(20_000));
    }

    @Test
    void firstCall_isTheWholeReservation() {
        assertThat(quote(RungScript.NOTE, 100).firstCall()).isEqualTo(micros(200 + 1_000));
    }

    @Test
    void worst_isTheFirstCall_theTruncatedOneAgain_andARepair_asOftenAsThePoolMaySend() {
        var worst = quote(RungScript.NOTE, 100).worst(Escalation.FIRST_RUNG);

        // a reply is 200 tokens of 8 bytes twice, and 2,000; a repair has 9,000 bytes more
        long repair = 42 + 158 + 5_200 + 9_000;
        long sum = 1_200 + (repair + 2_000) + (repair + 1_000);
        assertThat(worst.calls()).isEqualTo(CountRange.of(3 * ATTEMPTS));
        assertThat(worst.cost().worst()).isEqualTo(micros(sum * ATTEMPTS));
    }

    @Test
    void worst_ofALaterRung_readsTheEvidenceWithEveryCall() {
        var first = quote(RungScript.NOTE, 100).worst(Escalation.FIRST_RUNG);
        var later = quote(RungScript.NOTE, 100).worst(Escalation.LATER_RUNG);

        long evidence = 6 * RungPrompt.MAX_EVIDENCE_CHARS + 2_000;
        assertThat(later.calls()).isEqualTo(first.calls());
        assertThat(later.cost().worst()).isEqualTo(first.cost().worst().plus(micros(3 * evidence * ATTEMPTS)));
    }

    @Test
    void worst_ofATypeWithTools_hasACallForEachRound() {
        var worst = quote(RungScript.NOTE.tools(RungScript.ECHO), 100).worst(Escalation.FIRST_RUNG);

        // 3 results of 1,000 bytes and 2,000 around each may all come in the first round
        long firstRound = 42 + 158 + 5_200 + 9_000 + 14_200 + 2_000;
        long secondRound = firstRound + 5_200;
        assertThat(worst.calls()).isEqualTo(CountRange.of(5 * ATTEMPTS));
        assertThat(worst.cost().worst())
                .isEqualTo(micros((1_200 + firstRound + secondRound + 2 * secondRound) * ATTEMPTS));
    }

    @Test
    void worst_ofAToolThatShowsPictures_hasOneForEachCall() {
        var blind = quote(RungScript.NOTE.tools(RungScript.ECHO), 100).worst(Escalation.FIRST_RUNG);
        var shown = quote(RungScript.NOTE.tools(RungScript.ECHO.needing(Capability.VISION)), 100)
                .worst(Escalation.FIRST_RUNG);

        // 3 pictures of the largest kind, in each of the four calls that read results
        assertThat(shown.cost().worst()).isEqualTo(blind.cost().worst().plus(micros(4 * 3 * 765 * ATTEMPTS)));
    }

    @Test
    void worst_atTheLimitOfTheModel_isNeverTruncatedTwice() {
        var quote = quote(RungScript.NOTE, 1_000);

        long repair = 42 + 158 + 18_000 + 9_000;
        assertThat(quote.outputBytes()).isEqualTo(8_000);
        assertThat(quote.worst(Escalation.FIRST_RUNG).calls()).isEqualTo(CountRange.of(2 * ATTEMPTS));
        assertThat(quote.worst(Escalation.FIRST_RUNG).cost().worst())
                .isEqualTo(micros((200 + 10_000 + repair + 10_000) * ATTEMPTS));
        assertThat(quote(RungScript.NOTE, 600).outputBytes())
                .as("not beyond what the model can write")
                .isEqualTo(8_000);
    }
}
