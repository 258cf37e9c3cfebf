// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Money;
import dev.cadre.price.Price;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Failures that say what they are billed: that is booked, not the worst case and not nothing. */
class BilledFailureTest extends LoopbackTest {
    private static final String JSON = "application/json";
    private static final String USAGE = "\"usage\":{\"input_tokens\":10,\"output_tokens\":3,\"total_tokens\":13}";
    private static final TokenUsage BILLED = TokenUsage.of(10, 3);

    private static ModelException failure(CallContext context, LoopbackReply reply) {
        server.onAny().replies(reply);
        Throwable failure = catchThrowable(() -> client.call(REQUEST, context));
        assertThat(failure).isInstanceOf(ModelException.class);
        return (ModelException) failure;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {'object':'response','status':'odd','output':[],USAGE} | MalformedReply",
                "200 | {'object':'response','output':[],USAGE} | MalformedReply",
                "200 | {'object':'response','output':[],'error':{'message':'It broke.'},USAGE} | ServerFailed",
                "200 | {'status':'completed','output':[{'type':'computer_call','id':'c'}],USAGE} | MalformedReply",
                "500 | {'error':{'message':'It broke.'},USAGE} | ServerFailed",
                "503 | {'error':{'message':'It broke.','code':'overloaded',USAGE}} | ServerFailed",
                "502 | {'error':'It broke.','usage':{'prompt_tokens':10,'completion_tokens':3}} | ServerFailed",
                "400 | {'error':{'message':'It cannot be done.'},USAGE} | InvalidRequest",
                "422 | {'error':{'message':'It cannot be done.',USAGE}} | InvalidRequest",
                "400 | {'error':{'code':'tool_use_failed'},USAGE} | MalformedReply"
            })
    void usage_inAFailure_isItsBill(int status, String body, String expected) {
        String sent = body.replace('\'', '"').replace("USAGE", USAGE);

        ModelException failure = failure(plain(), LoopbackReply.raw(status, JSON, sent));

        assertThat(failure.getClass().getSimpleName()).isEqualTo(expected);
        assertThat(failure.billed()).hasValueSatisfying(bill -> {
            assertThat(bill.usage()).isEqualTo(BILLED);
            assertThat(bill.model()).isEqualTo(MODEL);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {'object':'response','status':'in_progress','output':[],USAGE} | what goes on may cost more",
                "429 | {'error':{'message':'Wait.'},USAGE} | it was turned away",
                "500 | {'error':{'message':'It broke.'},'usage':{'total_tokens':0}} | no usage",
                "500 | {'error':{'message':'It broke.'},'usage':'none'} | no usage"
            })
    void failure_withoutABill_hasNone(int status, String body, String why) {
        String sent = body.replace('\'', '"').replace("USAGE", USAGE);

        assertThat(failure(plain(), LoopbackReply.raw(status, JSON, sent)).billed())
                .as(why)
                .isEmpty();
    }

    @Test
    void usage_inTheEventOfAnError_isItsBill() {
        String event = "data: {\"type\":\"error\",\"error\":{\"message\":\"It broke.\"}," + USAGE + "}\n\n";

        assertThat(failure(streamed(text -> {}), LoopbackReply.raw(200, "text/event-stream", event))
                        .billed())
                .hasValueSatisfying(bill -> assertThat(bill.usage()).isEqualTo(BILLED));
    }

    @Test
    void usage_besideAFilter_isThatOfTheFilteredReply() throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.raw(
                400, JSON, "{\"error\":{\"code\":\"content_filter\",\"message\":\"No.\"}," + USAGE + "}"));

        assertThat(reply.finish()).isEqualTo(Finish.FILTERED);
        assertThat(reply.usage()).isEqualTo(BILLED);
    }

    @Test
    void refusal_withABill_isBookedByIt() {
        server.onAny().replies(LoopbackReply.raw(400, JSON, "{\"error\":{\"message\":\"No.\"}," + USAGE + "}"));
        BudgetGuard budget = Budget.usd("1").open();
        var pool = ModelPool.builder(client, MODEL)
                .price(Price.perMillionTokens("1", "1", "10"))
                .retryPolicy(RetryPolicy.none())
                .build();

        Throwable failure = catchThrowable(
                () -> pool.call(REQUEST, CallTerms.of(budget, PURPOSE, System.nanoTime() + AMPLE.toNanos())));

        assertThat(failure).isInstanceOf(ModelException.InvalidRequest.class);
        assertThat(budget.state().spent()).isEqualTo(Money.usd("0.00004"));
    }
}
