// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.Effort;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Sampling;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.Turn;
import dev.cadre.model.Verbosity;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.openai.testing.LoopbackRequest;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.Money;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Service tiers, verbosity, safety identifiers, counted input: asked for over HTTP, and paid. */
class ServiceOptionsTest extends LoopbackTest {
    private static final TokenUsage USAGE = TokenUsage.of(1_000, 500);
    private static final ModelRequest LARGE = REQUEST.withMaxOutputTokens(2_000);

    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact.");

    private final BudgetGuard money = Budget.usd("1.00").open();
    private final List<AttemptEvent> attempts = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "gpt-5.4-nano, FLEX,     flex,     0.0004125",
        "gpt-5.4-nano, FLEX,     default,  0.000825",
        "gpt-5.4-mini, PRIORITY, priority, 0.006",
        "gpt-5.4-mini, PRIORITY, fast,     0.006",
        "gpt-5.4-mini, PRIORITY, default,  0.006",
        "gpt-5.4-mini, PRIORITY, flex,     0.006",
        "gpt-5.4-mini, STANDARD, default,  0.003",
        "gpt-5.4-mini, STANDARD, flex,     0.003",
        "gpt-5.4-mini, STANDARD, priority, 0.006",
        "gpt-5.4-mini, FLEX,     priority, 0.006",
        "gpt-5.4-mini, FLEX,     auto,     0.0015",
        "gpt-5.4-mini, STANDARD, auto,     0.003",
        "gpt-5.4-mini, PRIORITY, cheapest, 0.006",
        "gpt-5.4-mini, PRIORITY, batch,    0.006"
    })
    void serviceTier_ofThePool_isAskedFor_andTheDearerOfItAndTheReplysIsPaid(
            String model, ServiceTier asked, String named, String cost) throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine.").usage(USAGE).field("service_tier", "\"" + named + "\""));

        call(ModelPool.builder(client, model).serviceTier(asked), LARGE.withModel(model));

        assertThat(sent().text("service_tier")).isEqualTo(asked.wireName());
        assertThat(money.state().settled()).isEqualTo(Money.usd(cost));
    }

    @Test
    void priority_onNano_isRefusedByPoolAndRun() {
        assertThatThrownBy(() -> ModelPool.builder(client, MODEL)
                        .serviceTier(ServiceTier.PRIORITY)
                        .build())
                .isInstanceOf(UnpricedException.class)
                .hasMessageContaining("no price for service tier PRIORITY");

        assertThatThrownBy(() -> run(NOTE.serviceTier(ServiceTier.PRIORITY))).isInstanceOf(UnpricedException.class);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void flexWithoutRoom_mayFallBackToStandard() throws InterruptedException {
        server.on(request -> request.text("service_tier").equals("flex"))
                .replies(LoopbackReply.error(429, "", "", "Resource unavailable"));
        server.onAny().replies(LoopbackReply.text("Fine.").usage(USAGE));

        call(flex().fallBackToStandard(), LARGE);

        assertThat(server.requests().stream().map(request -> request.text("service_tier")))
                .containsExactly("flex", "default");
        assertThat(money.state().settled()).isEqualTo(Money.usd("0.000825"));
        // the dearer tier is reserved from the start
        Money standard = ModelPool.of(client, MODEL).worstCase(LARGE);
        assertThat(reserved()).containsExactly(standard, standard);
        assertThat(attempts)
                .filteredOn(AttemptEvent.Started.class::isInstance)
                .extracting(attempt -> ((AttemptEvent.Started) attempt).serviceTier())
                .containsExactly(ServiceTier.FLEX, ServiceTier.STANDARD);
    }

    @Test
    void flexWithoutRoom_forAnHour_isNoReasonToWaitForStandard() throws InterruptedException {
        server.on(request -> request.text("service_tier").equals("flex"))
                .replies(
                        LoopbackReply.error(429, "", "", "Resource unavailable").header("Retry-After", "3600"));
        server.onAny().replies(LoopbackReply.text("Fine.").usage(USAGE));

        call(flex().fallBackToStandard(), LARGE);

        assertThat(server.requests().stream().map(request -> request.text("service_tier")))
                .containsExactly("flex", "default");
    }

    @Test
    void flexWithoutRoom_otherwiseTriesFlexAgain() throws InterruptedException {
        server.on(request -> request.arrival() == 1).replies(LoopbackReply.error(429, "", "", "Resource unavailable"));
        server.onAny().replies(LoopbackReply.text("Fine.").usage(USAGE));

        call(flex(), LARGE);

        assertThat(server.requests().stream().map(request -> request.text("service_tier")))
                .containsExactly("flex", "flex");
        assertThat(money.state().settled()).isEqualTo(Money.usd("0.0004125"));
    }

    @Test
    void options_ofThePool_areSent() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));

        call(
                ModelPool.builder(client, MODEL).verbosity(Verbosity.LOW).safetyIdentifier("user-7"),
                REQUEST.withEffort(Effort.HIGH));

        assertThat(sent().text("text", "verbosity")).isEqualTo("low");
        assertThat(sent().text("safety_identifier")).isEqualTo("user-7");
        assertThat(sent().text("reasoning", "effort")).isEqualTo("high");
    }

    @Test
    void sampling_ofAType_isSentAsItStands_andNothingWithoutIt() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("{\"text\":\"Cats purr.\"}"));

        run(NOTE.sampling(Sampling.ofTemperature(0.7).withTopP(0.95)));

        assertThat(sent().body()).contains("\"temperature\":0.7", "\"top_p\":0.95");
        run(NOTE);
        assertThat(sent().body()).doesNotContain("temperature", "top_p");
    }

    @Test
    void sampling_thatTheServerRefuses_isNeverLeftOut() throws InterruptedException {
        server.onAny()
                .replies(LoopbackReply.error(
                        400,
                        "invalid_request_error",
                        "unsupported_parameter",
                        "Unsupported parameter: 'temperature' is not supported with this model."));

        assertThatThrownBy(() -> call(
                        ModelPool.builder(client, MODEL),
                        REQUEST.withOptions(REQUEST.options().withSampling(Sampling.ofTemperature(0.7)))))
                .isInstanceOf(ModelException.InvalidRequest.class)
                .hasMessageContaining("'temperature' is not supported");

        assertThat(server.requests()).allMatch(request -> request.body().contains("\"temperature\":0.7"));
    }

    @Test
    void options_ofAType_prevail() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("{\"text\":\"Cats purr.\"}"));

        run(NOTE.verbosity(Verbosity.HIGH).serviceTier(ServiceTier.FLEX).effort(Effort.LOW));

        assertThat(sent().text("text", "verbosity")).isEqualTo("high");
        assertThat(sent().text("text", "format", "type")).isEqualTo("json_schema");
        assertThat(sent().text("service_tier")).isEqualTo("flex");
        assertThat(sent().text("reasoning", "effort")).isEqualTo("low");
    }

    @Test
    void surcharge_isPaidOnEveryToken() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine.").usage(USAGE));

        call(ModelPool.builder(client, MODEL).surcharge(10), LARGE);

        assertThat(money.state().settled()).isEqualTo(Money.usd("0.0009075"));
    }

    @Test
    void countedInput_isWhatIsReserved() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));

        call(ModelPool.builder(client, MODEL).countingInput(), LARGE);

        assertThat(server.requests().stream().map(LoopbackRequest::path))
                .containsExactly("/v1/responses/input_tokens", "/v1/responses");
        assertThat(Json.parse(server.requests().getFirst().body())).isEqualTo(Json.parse("""
                {"model":"gpt-5.4-nano","instructions":"Answer.",
                 "input":[{"type":"message","role":"user","content":"How are you?"}],"reasoning":{"effort":"none"}}"""));
        // what is sent makes 5 tokens there, a bound of as many tokens as it has bytes here
        assertThat(reserved()).containsExactly(Money.usd("0.0000002").times(5).plus(Money.usd("0.0025")));
        assertThat(ModelPool.of(client, MODEL).worstCase(LARGE))
                .isEqualTo(Money.usd("0.0000002").times(client.sentBytes(LARGE)).plus(Money.usd("0.0025")));
    }

    @Test
    void countedInput_letsAFileWithoutABoundPass() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));
        var file = Attachment.File.of("a.pdf", "application/pdf", "%PDF".getBytes(StandardCharsets.UTF_8));

        call(
                ModelPool.builder(client, MODEL).countingInput(),
                LARGE.withTurns(List.of(new Turn.User("Read.", List.of(file)))));

        assertThat(sent().body()).contains("\"filename\":\"a.pdf\"");
    }

    @Test
    void uncountedInput_isReservedByItsBound() throws InterruptedException {
        server.onService(request -> true).replies(LoopbackReply.error(500, "server_error", "", "Oops."));
        server.onAny().replies(LoopbackReply.text("Fine."));

        call(ModelPool.builder(client, MODEL).countingInput(), LARGE);

        assertThat(reserved()).containsExactly(ModelPool.of(client, MODEL).worstCase(LARGE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10000001", "null", "\"many\""})
    void senselessCount_isReservedByItsBound(String count) throws InterruptedException {
        server.onService(request -> true)
                .replies(LoopbackReply.raw(200, "application/json", "{\"input_tokens\":%s}".formatted(count)));
        server.onAny().replies(LoopbackReply.text("Fine."));

        call(ModelPool.builder(client, MODEL).countingInput(), LARGE);

        assertThat(reserved()).containsExactly(ModelPool.of(client, MODEL).worstCase(LARGE));
    }

    @Test
    void countingInput_whereNobodyCounts_asksNobody() throws InterruptedException {
        Money worstOfChat;
        server.onAny().replies(LoopbackReply.text("Fine."));
        try (var chat = OpenAiClient.builder(KEY)
                .baseUrl(server.baseUrl())
                .chatCompletions()
                .build()) {
            call(ModelPool.builder(chat, MODEL).countingInput(), LARGE);
            worstOfChat = ModelPool.of(chat, MODEL).worstCase(LARGE);
        }

        assertThat(server.requests().stream().map(LoopbackRequest::path)).containsExactly("/v1/chat/completions");
        assertThat(reserved()).containsExactly(worstOfChat);
    }

    /** What a server may say to be paid less: none of it is believed, and the worst case is booked. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no output for a text   | usage        | {'input_tokens':1000,'output_tokens':0,'total_tokens':1000}",
                "nothing at all         | usage        | {'input_tokens':0,'output_tokens':0,'total_tokens':0}",
                "no input               | usage        | {'input_tokens':0,'output_tokens':5,'total_tokens':5}",
                "a negative input       | usage        | {'input_tokens':-900,'output_tokens':5,'total_tokens':-895}",
                "a negative output      | usage        | {'input_tokens':900,'output_tokens':-5,'total_tokens':895}",
                "a negative cache       | usage        | {'input_tokens':9,'output_tokens':5,'total_tokens':14,"
                        + "'input_tokens_details':{'cached_tokens':10,'cache_write_tokens':-5}}",
                "no usage               | usage        | null",
                "a tier without a price | service_tier | \"ultrafast\""
            })
    void lie_thatWouldLowerTheCost_isForfeited(String lie, String field, String said) throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine.").usage(USAGE).field(field, said.replace('\'', '"')));

        call(ModelPool.builder(client, "gpt-5.4-mini"), LARGE.withModel("gpt-5.4-mini"));

        assertThat(money.state().settled()).as(lie).isEqualTo(Money.ZERO);
        assertThat(money.state().forfeited()).as(lie).isEqualTo(reserved().getFirst());
    }

    /** Some servers count what others include: the dearest reading that fits is booked, which is below the worst case. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.00003    | {'input_tokens':9,'output_tokens':5,'total_tokens':14,"
                        + "'input_tokens_details':{'cached_tokens':10}}",
                "0.00005625 | {'input_tokens':9,'output_tokens':5,'total_tokens':14,"
                        + "'output_tokens_details':{'reasoning_tokens':6}}",
                "0.00002925 | {'input_tokens':9,'output_tokens':5,'total_tokens':9}"
            })
    void usageWithSeveralReadings_isBookedAtTheDearest(String usd, String said) throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine.").usage(USAGE).field("usage", said.replace('\'', '"')));

        call(ModelPool.builder(client, "gpt-5.4-mini"), LARGE.withModel("gpt-5.4-mini"));

        assertThat(money.state().settled())
                .isEqualTo(Money.usd(usd))
                .isLessThan(reserved().getFirst());
        assertThat(money.state().forfeited()).isEqualTo(Money.ZERO);
    }

    @Test
    void cheaperModel_thatTheReplyNames_isPaidLikeTheOneThatWasAsked() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine.").usage(USAGE).field("model", "\"gpt-5.4-nano\""));

        call(ModelPool.builder(client, "gpt-5.4-mini"), LARGE.withModel("gpt-5.4-mini"));

        assertThat(money.state().settled()).isEqualTo(Money.usd("0.003"));
    }

    @Test
    void countingInput_ofAClientThatCannot_isRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        ModelPool.builder((request, context) -> null, MODEL).countingInput())
                .withMessage("the client of model 'gpt-5.4-nano' cannot count its input");
    }

    @Test
    void model_afterItsShutdown_isRefused() {
        ModelPool.builder(client, MODEL).calendar(on("2027-03-31")).build();

        assertThatThrownBy(() -> ModelPool.builder(client, MODEL)
                        .calendar(on("2027-04-01"))
                        .build())
                .isInstanceOf(ModelShutDownException.class)
                .hasMessage("model 'gpt-5.4-nano' was shut down on 2027-04-01; bind another to its tier");
    }

    private static InstantSource on(String day) {
        return () -> Instant.parse(day + "T00:00:00Z");
    }

    @Test
    void datesOfTheProvider_countMoreThanTheCatalogues() throws InterruptedException {
        Map<String, LocalDate> told = ListedModel.shutdowns(
                List.of(new ListedModel(MODEL, LocalDate.of(2027, 1, 1)), new ListedModel("gpt-5.4", null)));
        ModelCatalog catalog = ModelCatalog.standard().withShutdowns(told);

        assertThat(told).containsOnlyKeys(MODEL);
        assertThatThrownBy(() -> ModelPool.builder(client, MODEL)
                        .catalog(catalog)
                        .calendar(on("2027-01-01"))
                        .build())
                .isInstanceOf(ModelShutDownException.class);
        assertThat(ListedModel.shutdowns(client.models(Duration.ofMinutes(1))))
                .containsEntry(MODEL, LocalDate.of(2027, 4, 1));
    }

    @Test
    void models_areListedWithTheirShutdown() throws InterruptedException {
        List<ListedModel> models = client.models(Duration.ofMinutes(1));

        assertThat(models).contains(new ListedModel("gpt-5.4", null));
        assertThat(models)
                .filteredOn(model -> model.id().equals(MODEL))
                .extracting(ListedModel::shutdown)
                .containsExactly(Optional.of(LocalDate.of(2027, 4, 1)));
    }

    private ModelPool.Builder flex() {
        return ModelPool.builder(client, MODEL)
                .serviceTier(ServiceTier.FLEX)
                .retryPolicy(RetryPolicy.standard().withDelays(Duration.ZERO, Duration.ZERO));
    }

    private void call(ModelPool.Builder pool, ModelRequest request) throws InterruptedException {
        pool.build()
                .call(
                        request,
                        CallTerms.of(money, PURPOSE, System.nanoTime() + AMPLE.toNanos())
                                .withAttempts(attempts::add));
    }

    private static void run(SubtaskType<Topic, Note> type) throws InterruptedException {
        var graph = TaskGraph.builder();
        var note = graph.add("note", type, new Topic("cats"));
        Coordinator.of(ModelPools.of(ModelPool.of(client, MODEL))).run(graph.answering(note), Budget.usd("0.05"));
    }

    private List<Money> reserved() {
        return attempts.stream()
                .filter(AttemptEvent.Started.class::isInstance)
                .map(attempt -> ((AttemptEvent.Started) attempt).reserved())
                .toList();
    }

    private static LoopbackRequest sent() {
        return server.requests().getLast();
    }
}
