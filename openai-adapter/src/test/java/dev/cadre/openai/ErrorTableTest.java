// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.ContextTooLong;
import dev.cadre.model.ModelException.RateLimited;
import dev.cadre.model.ModelException.ServerFailed;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.CallTerms;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every error that the provider documents, what it becomes, how far it reaches and what it costs. */
class ErrorTableTest extends LoopbackTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | tokens                | rate_limit_exceeded      | RateLimited    | ATTEMPT | FREE",
                "429 | requests              | rate_limit_exceeded      | RateLimited    | ATTEMPT | FREE",
                "429 | rate_limit_error      | slow_down                | RateLimited    | ATTEMPT | FREE",
                "503 | server_error          | slow_down                | RateLimited    | ATTEMPT | FREE",
                "429 | resource_unavailable  | ''                       | RateLimited    | ATTEMPT | FREE",
                "429 | insufficient_quota    | insufficient_quota       | QuotaExhausted | RUN     | FREE",
                "429 | insufficient_quota    | ''                       | QuotaExhausted | RUN     | FREE",
                "429 | insufficient_quota    | rate_limit_exceeded      | QuotaExhausted | RUN     | FREE",
                "429 | billing_error         | credit_balance_exhausted | QuotaExhausted | RUN     | FREE",
                "503 | server_error          | server_is_overloaded     | ServerFailed   | ATTEMPT | FREE",
                "500 | server_error          | ''                       | ServerFailed   | ATTEMPT | UNKNOWN",
                "400 | invalid_request_error | context_length_exceeded  | ContextTooLong | SUBTASK | FREE",
                "400 | invalid_request_error | unsupported_value        | InvalidRequest | SUBTASK | FREE",
                "400 | invalid_request_error | invalid_json_schema      | InvalidRequest | SUBTASK | FREE",
                "401 | invalid_request_error | invalid_api_key          | AuthFailed     | RUN     | FREE",
                "403 | invalid_request_error | ''                       | AuthFailed     | SUBTASK_OR_RUN | FREE",
                "403 | permission_error      | ''                       | AuthFailed     | RUN     | FREE",
                "402 | ''                    | ''                       | QuotaExhausted | SUBTASK_OR_RUN | FREE",
                "402 | insufficient_quota    | ''                       | QuotaExhausted | RUN     | FREE",
                "400 | invalid_request_error | tool_use_failed          | MalformedReply | ATTEMPT | UNKNOWN",
                "400 | invalid_request_error | json_validate_failed     | MalformedReply | ATTEMPT | UNKNOWN",
                "400 | invalid_model         | 1500                     | UnknownModel   | RUN     | FREE",
                "400 | too_many_prompt_tokens | 400                     | ContextTooLong | SUBTASK | FREE",
                "404 | invalid_request_error | model_not_found          | UnknownModel   | RUN     | FREE",
                "404 | ''                    | DeploymentNotFound       | UnknownModel   | RUN     | FREE",
                "401 | ''                    | 401                      | AuthFailed     | RUN     | FREE",
                "429 | ''                    | 429                      | RateLimited    | ATTEMPT | FREE",
                "429 | Insufficient_Quota    | ''                       | QuotaExhausted | RUN     | FREE",
                "400 | exceed_context_size_error | 400                  | ContextTooLong | SUBTASK | FREE",
                "405 | ''                    | ''                       | Unreachable    | SUBTASK_OR_RUN | FREE",
                "501 | NotImplementedError   | ''                       | Unreachable    | SUBTASK_OR_RUN | FREE"
            })
    void error_isClassifiedByStatusTypeAndCode(
            int status,
            String type,
            String code,
            String expected,
            ModelException.Reach reach,
            ModelException.Charge charge) {
        var failure = failure(ModelException.class, LoopbackReply.error(status, type, code, "Because."));

        assertThat(failure.getClass().getSimpleName()).isEqualTo(expected);
        assertThat(failure.reach()).isEqualTo(reach);
        assertThat(failure.charge()).isEqualTo(charge);
        assertThat(failure.isRetryable()).isEqualTo(reach == ModelException.Reach.ATTEMPT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | tokens           | rate_limit_exceeded | Rate limit reached.                         | RATE",
                "429 | rate_limit_error | slow_down           | Slow down.                                  | SLOW_DOWN",
                "503 | server_error     | slow_down           | Slow down.                                  | SLOW_DOWN",
                "429 | ''               | ''                  | Resource unavailable. Try again or later.   | NO_CAPACITY",
                "429 | ''               | resource_unavailable| Flex has no room.                           | NO_CAPACITY"
            })
    void rateLimited_saysWhy(int status, String type, String code, String message, RateLimited.Cause cause) {
        RateLimited failure = failure(RateLimited.class, LoopbackReply.error(status, type, code, message));

        assertThat(failure.reason()).isEqualTo(cause);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry-after    | 20                            | PT20S",
                "retry-after    | 0.25                          | PT0.25S",
                "retry-after    | Sun, 22 Nov 2026 12:01:30 GMT | PT1M30S",
                "retry-after-ms | 1500                          | PT1.5S"
            })
    void retryAfter_inEveryForm_isTheFloor(String header, String value, Duration wait) {
        LoopbackReply busy = LoopbackReply.error(503, "server_error", "server_is_overloaded", "Busy.")
                .header(header, value);

        assertThat(failure(ServerFailed.class, busy).retryAfter()).contains(wait);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | Request too large for gpt-5.4-nano on tokens per min (TPM): Limit 30000, Requested 31538.",
                "400 | This model's maximum context length is 4096 tokens. However, you requested 4108 tokens."
            })
    void requestThatNoMinuteOrContextHolds_isNotRepeated(int status, String message) {
        ContextTooLong failure =
                failure(ContextTooLong.class, LoopbackReply.error(status, "tokens", "rate_limit_exceeded", message));

        assertThat(failure.reach()).isEqualTo(ModelException.Reach.SUBTASK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Limit 30000, Used 29937. Please try again in 644ms. Visit us. | PT0.644S",
                "Please try again in 1m2.5s.                                   | PT1M2.5S",
                "Please try again in 7h12m0s.                                  | PT7H12M",
                "Try again in 99h0m0s.                                         | PT99H",
                "Please retry after 26 seconds.                                | PT26S"
            })
    void wait_thatOnlyTheMessageNames_isTheFloor(String message, Duration wait) {
        LoopbackReply limited = LoopbackReply.error(429, "tokens", "rate_limit_exceeded", message);

        assertThat(failure(RateLimited.class, limited).retryAfter()).contains(wait);
        assertThat(failure(RateLimited.class, limited.header("retry-after", "3"))
                        .retryAfter())
                .contains(Duration.ofSeconds(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Please try again in a while.", "Try again in -5s.", "Retry after NaN seconds."})
    void wait_thatMakesNoSense_isNone(String message) {
        assertThat(failure(RateLimited.class, LoopbackReply.error(429, "tokens", "", message))
                        .retryAfter())
                .isEmpty();
    }

    @Test
    void failedReply_withUsage_carriesItsBill() {
        var usage = TokenUsage.of(40, 12);
        ServerFailed failure = failure(
                ServerFailed.class,
                LoopbackReply.failed("server_error", "Oops.").usage(usage));

        assertThat(failure.billed())
                .contains(new ModelException.Billed(MODEL, usage, dev.cadre.model.ServiceTier.STANDARD, Map.of()));
    }

    /** The picture was read and is billed; it will be as unreadable the next time. */
    @Test
    void failedReply_thatIsTheRequestsFault_isFinal_andCarriesItsBill() {
        ServerFailed failure = failure(
                ServerFailed.class,
                LoopbackReply.failed("invalid_image", "No picture.").usage(TokenUsage.of(40, 0)));

        assertThat(failure.isRetryable()).isFalse();
        assertThat(failure.billed()).isPresent();
    }

    @Test
    void failedReply_withUsage_isSettledAndNotForfeited() {
        server.onAny().replies(LoopbackReply.failed("server_error", "Oops.").usage(TokenUsage.of(1_000, 500)));
        BudgetGuard money = Budget.usd("1.00").open();
        var pool =
                ModelPool.builder(client, MODEL).retryPolicy(RetryPolicy.none()).build();

        Throwable failure = catchThrowable(() -> pool.call(
                REQUEST.withMaxOutputTokens(2_000), CallTerms.of(money, PURPOSE, System.nanoTime() + AMPLE.toNanos())));

        assertThat(failure).isInstanceOf(ServerFailed.class);
        assertThat(money.state().settled()).isEqualTo(Money.usd("0.000825"));
        assertThat(money.state().forfeited()).isEqualTo(Money.ZERO);
        assertThat(money.state().outstanding()).isEqualTo(Money.ZERO);
    }
}
