// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.cadre.budget.Budget;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import dev.cadre.probe.Finding.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServerProbeTest {
    private static final RateLimits LIMITS = new RateLimits(
            new RateLimits.Window(500, 499, Duration.ofMillis(120)),
            new RateLimits.Window(200_000, 199_000, ofSeconds(1)));

    private final List<ModelRequest> sent = new ArrayList<>();
    private final List<Finding> heard = new ArrayList<>();
    private UnaryOperator<ModelReply> change = reply -> reply;

    /** A server by the book, whose replies {@link #change} bends. */
    private ModelReply server(ModelRequest request, CallContext context) throws InterruptedException {
        sent.add(request);
        if (request.output() instanceof OutputFormat.JsonSchema schema
                && schema.name().equals("wrong")) {
            throw new ModelException.InvalidRequest("Invalid schema", 400);
        }
        ModelReply reply = change.apply(answer(request));
        if (context.wantsText()) {
            for (String piece : reply.text().split("(?<= )")) {
                context.text().accept(piece);
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while the text came");
                }
            }
        }
        return reply;
    }

    private static ModelReply answer(ModelRequest request) {
        long in = request.inputBytes() / 4;
        if (request.maxOutputTokens() < 100) {
            return reply("1\n2\n3", Finish.TRUNCATED, TokenUsage.of(in, request.maxOutputTokens()));
        }
        if (!request.tools().isEmpty() && request.turns().size() == 1) {
            return new ModelReply(
                    request.model(),
                    "",
                    List.of(new ToolCall("c1", "depot_of", "{\"part\":\"A17\"}")),
                    Finish.TOOL_CALLS,
                    TokenUsage.of(in, 20),
                    ServiceTier.STANDARD,
                    LIMITS,
                    "");
        }
        String text = request.output() instanceof OutputFormat.JsonSchema schema
                ? schema.name().equals("place") ? "{\"depot\":\"Lantern\"}" : "{\"shade\":\"Q4\",\"rank\":2}"
                : "It is the Lantern .";
        return reply(text, Finish.COMPLETE, TokenUsage.of(Math.max(in, 6), 5));
    }

    private static ModelReply reply(String text, Finish finish, @Nullable TokenUsage usage) {
        return new ModelReply("gpt-5.4-nano", text, List.of(), finish, usage, ServiceTier.STANDARD, LIMITS, "");
    }

    private static ModelPool.Builder pool(ModelClient client) {
        return ModelPool.builder(client, "gpt-5.4-nano").retryPolicy(RetryPolicy.none());
    }

    private ServerProbe.Result probe(Check... checks) throws InterruptedException {
        return probe(pool(this::server).build(), checks);
    }

    private ServerProbe.Result probe(ModelPool pool, Check... checks) throws InterruptedException {
        return ServerProbe.of(pool, ofSeconds(30)).run(Budget.usd("0.01"), List.of(checks), heard::add);
    }

    private Finding only(Check check) throws InterruptedException {
        return probe(check).findings().getFirst();
    }

    private static Map<Check, Verdict> verdicts(ServerProbe.Result result) {
        return result.findings().stream().collect(Collectors.toMap(Finding::check, Finding::verdict));
    }

    @Test
    void keyThatTheServerRepeats_isInNoFinding() throws Exception {
        change = reply -> reply.withModel("of corp.Key/9f").noting(List.of("says corp.Key/9f"));
        var pool = ModelPool.builder(this::server, "local")
                .price(Price.perMillionTokens("1", "1", "1"))
                .retryPolicy(RetryPolicy.none())
                .hiding("corp.Key/9f")
                .build();

        var result = ServerProbe.of(pool, ofSeconds(20)).run(Budget.usd("1"));

        assertThat(result.findings().toString()).contains("[redacted]").doesNotContain("corp.Key");
    }

    @Test
    void keyInAnAnswer_isInNoFinding() throws Exception {
        change = reply -> new ModelReply(
                reply.model(),
                "It is corp.Key/9f",
                List.of(),
                reply.finish(),
                reply.usage(),
                ServiceTier.STANDARD,
                LIMITS,
                "");
        var pool = ModelPool.builder(this::server, "local")
                .price(Price.perMillionTokens("1", "1", "1"))
                .retryPolicy(RetryPolicy.none())
                .hiding("corp.Key/9f")
                .build();

        var result = ServerProbe.of(pool, ofSeconds(20)).run(Budget.usd("1"));

        assertThat(result.findings().toString()).contains("[redacted]").doesNotContain("corp.Key");
    }

    @Test
    void serverByTheBook_passesAll_forLessThanACent() throws Exception {
        ServerProbe.Result result =
                ServerProbe.of(pool(this::server).build(), ofSeconds(30)).run(Budget.usd("0.01"));

        assertThat(result.findings()).extracting(Finding::check).containsExactly(Check.values());
        assertThat(verdicts(result).values()).containsOnly(Verdict.WORKS);
        assertThat(result.spent()).isGreaterThan(Money.ZERO).isLessThan(Money.usd("0.01"));
        assertThat(sent)
                .allSatisfy(request -> assertThat(request.maxOutputTokens()).isLessThanOrEqualTo(300));
    }

    @Test
    void whatIsAdapted_isNoted() throws Exception {
        change = reply -> reply.noting(List.of("the finish reason 'eos' was read as complete"));

        Finding finding = only(Check.TEXT);

        assertThat(finding.verdict()).isEqualTo(Verdict.ADAPTED);
        assertThat(finding.notes()).containsExactly("the finish reason 'eos' was read as complete");
    }

    @Test
    void capThatIsIgnored_fails_becauseNoBudgetHolds() throws Exception {
        change = reply -> reply(reply.text(), Finish.COMPLETE, TokenUsage.of(30, 900));

        assertThat(only(Check.CAP))
                .isEqualTo(Finding.of(
                        Check.CAP,
                        Verdict.FAILED,
                        "32 tokens were allowed and 900 came: no budget holds at this server"));
    }

    @Test
    void longInputThatIsCut_isSeenByItsTokens() throws Exception {
        change = reply -> reply(reply.text(), Finish.COMPLETE, TokenUsage.of(2_048, 5));

        assertThat(only(Check.LONG_INPUT).verdict()).isEqualTo(Verdict.FAILED);
        assertThat(only(Check.LONG_INPUT).message()).contains("more than 4000 tokens were sent and 2048 read");
    }

    /** A server may be busy with what timed out: what is not answered behind it says nothing about the server. */
    @Test
    void longInputThatTakesTooLong_isALimit_withItsTime_andIsAskedLast() throws Exception {
        ModelClient slow = (request, context) -> {
            if (request.inputBytes() > 4_000 || !sent.isEmpty()) {
                sent.add(request);
                throw new ModelException.TimedOut("no whole reply in time", ModelException.Charge.UNKNOWN);
            }
            return answer(request);
        };

        List<Finding> findings = ServerProbe.of(pool(slow).build(), Duration.ofMinutes(2))
                .run(Budget.usd("0.01"), List.of(Check.LONG_INPUT, Check.TEXT), heard::add)
                .findings();

        assertThat(findings)
                .extracting(Finding::verdict, Finding::message)
                .containsExactly(
                        tuple(
                                Verdict.LIMITED,
                                "no whole reply to 4000 words within 2 minutes, the time limit of a call here"),
                        tuple(
                                Verdict.NOT_TRIED,
                                "no reply within 2 minutes: the server may still be busy with the call before, which it"
                                        + " did not end in time"));
        assertThat(findings.getFirst().advice()).contains("10 minutes", "timeout of its pool");
        assertThat(List.of(Check.values()).subList(Check.values().length - 2, Check.values().length))
                .containsExactly(Check.LONG_INPUT, Check.LIMITS);
    }

    @Test
    void callThatTakesTooLong_fails_withItsTime() throws Exception {
        ModelClient silent = (request, context) -> {
            throw new ModelException.TimedOut("no whole reply in time", ModelException.Charge.UNKNOWN);
        };

        assertThat(probe(pool(silent).build(), Check.TEXT).findings())
                .containsExactly(
                        Finding.of(Check.TEXT, Verdict.FAILED, "TimedOut within 30 s: no whole reply in time"));
    }

    @Test
    void checkThatTheMoneyDoesNotReachFor_saysHowMuchWould() throws Exception {
        var dear =
                pool(this::server).price(Price.perMillionTokens("1", "1", "1")).build();

        Finding finding = probe(dear, Check.LONG_INPUT).findings().getFirst();

        assertThat(finding.verdict()).isEqualTo(Verdict.NOT_TRIED);
        assertThat(finding.advice()).matches("a budget of \\$0\\.0[2-9] pays for it");
    }

    @Test
    void schemaThatNeitherServerNorPromptBringsAbout_fails() throws Exception {
        change = reply -> reply("I pick blue.", Finish.COMPLETE, reply.usage());

        assertThat(only(Check.SCHEMA).verdict()).isEqualTo(Verdict.FAILED);
        assertThat(only(Check.SCHEMA).message()).contains("I pick blue.");
    }

    @Test
    void schemaThatTheClientLearnsToAskFor_isAdapted() throws Exception {
        change = reply -> sent.size() == 1
                ? reply("I pick blue.", Finish.COMPLETE, reply.usage())
                        .noting(List.of("the server ignored the JSON schema of the answer"))
                : reply;

        assertThat(only(Check.SCHEMA).verdict()).isEqualTo(Verdict.ADAPTED);
        assertThat(sent).hasSize(2);
    }

    /** A client writes the form into the prompt where the server may not show it, and a model that sees it can keep it. */
    @Test
    void schemaThatOnlyThePromptBringsAbout_isNoServersWork() throws Exception {
        change = reply -> isExplained(sent.getLast()) ? reply("I pick blue.", Finish.COMPLETE, reply.usage()) : reply;

        Finding finding = only(Check.SCHEMA);

        assertThat(finding.verdict()).isEqualTo(Verdict.LIMITED);
        assertThat(finding.message())
                .isEqualTo("the server ignores the schema: the answer has the form only because the prompt shows it:"
                        + " {\"shade\":\"Q4\",\"rank\":2}");
        assertThat(sent).extracting(ServerProbeTest::isExplained).containsExactly(true, true, false);
    }

    private static boolean isExplained(ModelRequest request) {
        return request.output() instanceof OutputFormat.JsonSchema schema && schema.isExplained();
    }

    @Test
    void missingUsage_otherModel_andNoLimits_areNamed() throws Exception {
        change = reply -> new ModelReply(
                "house-model",
                reply.text(),
                reply.toolCalls(),
                reply.finish(),
                null,
                ServiceTier.STANDARD,
                RateLimits.UNKNOWN,
                "");

        ServerProbe.Result result = probe(Check.USAGE, Check.PRICE, Check.LIMITS);

        assertThat(verdicts(result).values()).containsOnly(Verdict.LIMITED);
        assertThat(result.findings().get(1))
                .returns("asked for gpt-5.4-nano, and house-model answered", Finding::message)
                .returns("set the price of the model that answers", Finding::advice);
    }

    @Test
    void priceOfNothing_isNamed_andEveryCheckIsMade() throws Exception {
        var free =
                pool(this::server).price(Price.perMillionTokens("0", "0", "0")).build();

        assertThat(probe(free, Check.PRICE).findings().getFirst().message())
                .isEqualTo(
                        "the price of gpt-5.4-nano is 0: a budget in money does not bound its calls, a deadline does");
    }

    @Test
    void toolThatIsNotCalled_fails_andResultThatIsNotReadIsALimit() throws Exception {
        change = reply -> reply("I cannot.", Finish.COMPLETE, reply.usage());
        assertThat(only(Check.TOOLS).verdict()).isEqualTo(Verdict.FAILED);

        change = reply -> reply.toolCalls().isEmpty() ? reply("No idea.", Finish.COMPLETE, reply.usage()) : reply;
        assertThat(only(Check.TOOLS).verdict()).isEqualTo(Verdict.LIMITED);
        assertThat(sent.getLast().turns().getLast()).isEqualTo(new Turn.ToolResult("c1", "{\"depot\":\"lantern\"}"));
    }

    @Test
    void tools_areAskedWithAForm_asTypesAsk() throws Exception {
        assertThat(only(Check.TOOLS).verdict()).isEqualTo(Verdict.WORKS);
        assertThat(sent).allMatch(request -> request.output() instanceof OutputFormat.JsonSchema);

        change = reply -> sent.getLast().output() instanceof OutputFormat.JsonSchema
                ? reply("{\"depot\":\"x\"}", Finish.COMPLETE, reply.usage())
                : reply;
        assertThat(only(Check.TOOLS))
                .returns(Verdict.FAILED, Finding::verdict)
                .extracting(Finding::message)
                .asString()
                .startsWith("a tool is called only where no form is asked for");

        change = reply -> reply.toolCalls().isEmpty() ? reply("Lantern", Finish.COMPLETE, reply.usage()) : reply;
        assertThat(only(Check.TOOLS))
                .returns(Verdict.LIMITED, Finding::verdict)
                .extracting(Finding::message)
                .asString()
                .startsWith("the answer behind a tool does not have its form");
    }

    /** Such as DeepSeek's R1 and gpt-oss. */
    @Test
    void modelThatThinksFirst_hasRoomForIt_andIsNotCalledBroken() throws Exception {
        change = reply ->
                sent.getLast().maxOutputTokens() == 300 ? reply("", Finish.TRUNCATED, TokenUsage.of(30, 300)) : reply;

        ServerProbe.Result result = ServerProbe.of(pool(this::server).build(), ofSeconds(30))
                .run(Budget.usd("0.05"), List.of(Check.SCHEMA, Check.TEXT, Check.TOOLS, Check.STREAM), heard::add);

        assertThat(result.findings())
                .extracting(Finding::verdict)
                .containsExactly(Verdict.ADAPTED, Verdict.WORKS, Verdict.WORKS, Verdict.WORKS);
        assertThat(result.findings().getFirst().notes())
                .containsExactly("300 tokens were too few for an answer, and 4000 were allowed");
        assertThat(sent).as("one is cut, and the others have the room").hasSize(6);
    }

    @Test
    void answerThatIsCutAnyway_isNotCalledOneThatIgnoresItsSchema() throws Exception {
        change = reply -> reply("", Finish.TRUNCATED, TokenUsage.of(30, 300));

        assertThat(only(Check.SCHEMA))
                .returns(Verdict.FAILED, Finding::verdict)
                .returns("the answer was cut before it had its form: truncated, ''", Finding::message);
    }

    @Test
    void serverThatAsksToWait_isAskedAgain() throws Exception {
        ModelClient limited = (request, context) -> {
            if (sent.size() % 2 == 0) {
                sent.add(request);
                throw new ModelException.RateLimited("slowly", Duration.ofMillis(1), RateLimits.UNKNOWN);
            }
            return server(request, context);
        };

        assertThat(only(limited, Check.TEXT))
                .returns(Verdict.ADAPTED, Finding::verdict)
                .returns(
                        List.of("the server asked to wait, and was asked again when the time had passed"),
                        Finding::notes);
    }

    @Test
    void serverThatAlwaysAsksToWait_fails() throws Exception {
        ModelClient limited = (request, context) -> {
            sent.add(request);
            throw new ModelException.RateLimited("slowly", Duration.ofMillis(1), RateLimits.UNKNOWN);
        };

        assertThat(only(limited, Check.TEXT).verdict()).isEqualTo(Verdict.FAILED);
        assertThat(sent).hasSize(3);
    }

    private Finding only(ModelClient client, Check check) throws InterruptedException {
        return probe(pool(client).build(), check).findings().getFirst();
    }

    @Test
    void callsLostBehindStreams_areCounted() throws Exception {
        ModelClient losing = (request, context) -> {
            if (!context.wantsText()) {
                throw new ModelException.ConnectionFailed(
                        "unexpected end of stream", ModelException.Charge.UNKNOWN, new IOException("EOF"));
            }
            return server(request, context);
        };

        Finding finding =
                probe(pool(losing).build(), Check.AFTER_STREAM).findings().getFirst();

        assertThat(finding.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(finding.message()).isEqualTo("3 of 3 rounds lost a call: unexpected end of stream");
    }

    @Test
    void clientThatNeverStreams_isLimited_andLeavesNoInterrupt() throws Exception {
        ModelClient whole = (request, context) -> answer(request);

        assertThat(verdicts(probe(pool(whole).build(), Check.STREAM, Check.CANCEL))
                        .values())
                .containsOnly(Verdict.LIMITED);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void interruptOfTheCaller_endsTheProbe() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> probe(Check.CANCEL)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void stoppedPool_orNoMoney_leavesTheRestUntried() throws Exception {
        ModelClient wrongKey = (request, context) -> {
            throw new ModelException.AuthFailed("the key is wrong");
        };
        ServerProbe.Result result = probe(pool(wrongKey).build(), Check.TEXT, Check.TOOLS);
        assertThat(result.findings()).extracting(Finding::verdict).containsExactly(Verdict.FAILED, Verdict.NOT_TRIED);
        assertThat(result.findings().getFirst().message()).isEqualTo("AuthFailed: the key is wrong");

        ServerProbe.Result poor = ServerProbe.of(pool(this::server).build(), ofSeconds(30))
                .run(Budget.usd("0.00001"), List.of(Check.TEXT, Check.LIMITS), heard::add);
        assertThat(poor.findings()).extracting(Finding::verdict).containsOnly(Verdict.NOT_TRIED);
        assertThat(poor.findings().getLast().message()).isEqualTo("no reply came that could report any");
        assertThat(poor.outage()).isEmpty();
        assertThat(poor.spent()).isEqualTo(Money.ZERO);
        assertThat(sent).isEmpty();
    }

    @Test
    void refusalOfEverything_isNoRefusalOfAWrongSchema() throws Exception {
        ModelClient refusing = (request, context) -> {
            throw new ModelException.InvalidRequest("not in this version", 400);
        };

        assertThat(probe(pool(refusing).build(), Check.REFUSAL).findings())
                .containsExactly(Finding.of(Check.REFUSAL, Verdict.FAILED, "InvalidRequest: not in this version"));
    }

    @Test
    void wrongParameterThatIsAccepted_isNamed() throws Exception {
        ModelClient lax = (request, context) -> answer(request);

        assertThat(probe(pool(lax).build(), Check.REFUSAL).findings().getFirst().verdict())
                .isEqualTo(Verdict.LIMITED);
    }

    @Test
    void findings_areHeardOneByOne_beforeTheNextCall() throws Exception {
        var sentBefore = new ArrayList<Integer>();

        ServerProbe.Result result = ServerProbe.of(pool(this::server).build(), ofSeconds(30))
                .run(Budget.usd("0.01"), List.of(Check.TEXT, Check.USAGE), finding -> sentBefore.add(sent.size()));

        assertThat(sentBefore).containsExactly(1, 2);
        assertThat(result.findings()).hasSize(2);
    }

    @Test
    void schema_isAskedFirst_soThatAllTheRestIsAskedOverTheApiThatItTeaches() throws Exception {
        ServerProbe.of(pool(this::server).build(), ofSeconds(30)).run(Budget.usd("0.01"));

        assertThat(sent.getFirst().output()).isInstanceOf(OutputFormat.JsonSchema.class);
    }

    @Test
    void serverThatRefusesAll_isAskedThreeTimes_whateverNumbersItNames() throws Exception {
        ModelClient refusing = (request, context) -> {
            sent.add(request);
            throw new ModelException.InvalidRequest("not in this version (req-%d)".formatted(sent.size()), 400);
        };

        ServerProbe.Result result = probe(pool(refusing).build(), Check.values());

        assertThat(sent).hasSize(3);
        assertThat(result.findings()).hasSize(Check.values().length).isEqualTo(heard);
        assertThat(result.findings().subList(3, Check.values().length))
                .allSatisfy(finding -> assertThat(finding)
                        .extracting(Finding::verdict, Finding::message)
                        .containsExactly(
                                Verdict.NOT_TRIED,
                                "the same for the rest: 3 calls failed alike, and no more is asked"));
        assertThat(result.outage())
                .hasValueSatisfying(failure -> assertThat(failure).hasMessage("not in this version (req-1)"));
    }

    @Test
    void serverThatFailsInOtherWays_orHasAnsweredOnce_isAskedOn() throws Exception {
        ModelClient changing = (request, context) -> {
            sent.add(request);
            throw new ModelException.InvalidRequest("no " + "x".repeat(sent.size()), 400);
        };
        assertThat(probe(pool(changing).build(), Check.TEXT, Check.USAGE, Check.PRICE, Check.CAP)
                        .findings())
                .extracting(Finding::verdict)
                .containsOnly(Verdict.FAILED);

        ModelClient failing = (request, context) -> {
            if (request.maxOutputTokens() < 100) {
                return answer(request);
            }
            throw new ModelException.InvalidRequest("no", 400);
        };
        ServerProbe.Result answered =
                probe(pool(failing).build(), Check.CAP, Check.TEXT, Check.USAGE, Check.PRICE, Check.TOOLS);
        assertThat(answered.findings().getLast().verdict()).isEqualTo(Verdict.FAILED);
        assertThat(answered.outage()).isEmpty();
    }

    @Test
    void capThatIsKeptAtTheSecondAsking_isALimit_evenIfAnotherCheckMetIt() throws Exception {
        change = reply -> sent.size() == 1 ? reply(reply.text(), Finish.COMPLETE, TokenUsage.of(30, 900)) : reply;
        String message = "%d tokens were allowed and 900 came, until the cap was sent in another way:"
                + " such a first answer stops the budget of a run";

        assertThat(only(Check.CAP)).isEqualTo(Finding.of(Check.CAP, Verdict.LIMITED, message.formatted(32)));
        assertThat(sent).hasSize(2);

        sent.clear();
        assertThat(probe(Check.USAGE, Check.CAP).findings().getLast())
                .isEqualTo(Finding.of(Check.CAP, Verdict.LIMITED, message.formatted(300)));
    }

    @Test
    void capThatIsNeverKept_fails_evenIfNothingMoreIsAsked() throws Exception {
        change = reply -> reply(reply.text(), Finish.COMPLETE, TokenUsage.of(30, 5_000));

        ServerProbe.Result result = probe(Check.TEXT, Check.USAGE, Check.CAP, Check.TOOLS);

        assertThat(sent).hasSize(2);
        assertThat(result.findings().get(2))
                .isEqualTo(Finding.of(
                        Check.CAP,
                        Verdict.FAILED,
                        "replies above their caps stopped the budget: no budget holds at this server"));
        assertThat(result.findings().get(3).message()).isEqualTo("a reply above its cap stopped the budget");
    }

    @Test
    void serverThatAsksToWait_isQuotedWithTheTime() throws Exception {
        assertThat(probe(pool(busyFor(ofSeconds(7_200))).build(), Check.TEXT, Check.USAGE, Check.LIMITS)
                        .findings())
                .extracting(Finding::message)
                .containsExactly(
                        "the server asked to wait 7200 s: busy",
                        "the server asked to wait 7200 s: busy",
                        "no reply came that could report any");
        assertThat(probe(pool(busyFor(Duration.ofMillis(1))).build(), Check.TEXT)
                        .findings()
                        .getFirst()
                        .message())
                .isEqualTo("RateLimited: busy; the server asks to wait 1 ms");
    }

    private static ModelClient busyFor(Duration time) {
        return (request, context) -> {
            throw new ModelException.RateLimited("busy", time, RateLimits.UNKNOWN);
        };
    }

    @Test
    void serverThatFailsAtEverything_isNotSaidToFailAtAWrongSchema() throws Exception {
        ModelClient thinking = (request, context) -> {
            throw new ModelException.ServerFailed("only thoughts", 200, ModelException.Charge.UNKNOWN, null);
        };

        assertThat(probe(pool(thinking).build(), Check.REFUSAL)
                        .findings()
                        .getFirst()
                        .message())
                .isEqualTo("ServerFailed: only thoughts");
    }
}
