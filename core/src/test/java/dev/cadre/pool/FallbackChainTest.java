// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.COST;
import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.RESERVED;
import static dev.cadre.pool.FakeModel.USAGE;
import static dev.cadre.pool.FakeModel.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.Turn;
import dev.cadre.price.Money;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FallbackChainTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final ModelException DOWN = new ModelException.ServerFailed("down", 503, Charge.FREE, null);
    private static final Money DEAREST = Money.usd("0.01042");

    private final BudgetGuard budget = Budget.usd("1").open();
    private final AtomicReference<@Nullable ModelException> trouble = new AtomicReference<>(DOWN);
    private final FakeModel first = new FakeModel((request, context) -> {
        ModelException failure = trouble.get();
        if (failure != null) {
            throw failure;
        }
        return FakeModel.reply(USAGE);
    });
    private final List<ModelRequest> seen = new ArrayList<>();
    private final FakeModel second = new FakeModel((request, context) -> {
        seen.add(request);
        return ModelReply.of("large", "from large", USAGE);
    });
    private final ModelPool backup = pool(second);
    private final ModelPool chain = chain(LONG, backup);

    private static ModelPool pool(FakeModel model) {
        return ModelPool.builder(model, "large")
                .catalog(FakeModel.CATALOG)
                .retryPolicy(RetryPolicy.none())
                .build();
    }

    private ModelPool chain(Duration coolDown, ModelPool... others) {
        return first.pool()
                .retryPolicy(RetryPolicy.none())
                .fallBackTo(others)
                .coolDown(coolDown)
                .build();
    }

    private ModelReply call() throws InterruptedException {
        return chain.call(REQUEST, terms(budget));
    }

    static Stream<ModelException> failuresOfTheEndpoint() {
        return Stream.of(
                DOWN,
                new ModelException.RateLimited("429", null, RateLimits.UNKNOWN),
                new ModelException.ConnectionFailed("reset", Charge.FREE, new IOException("reset")),
                new ModelException.TimedOut("late", Charge.FREE),
                new ModelException.MalformedReply("a page", null),
                new ModelException.Unreachable("TLS", null),
                new ModelException.Unreachable("404", null).suspected(),
                new ModelException.QuotaExhausted("no money"),
                new ModelException.QuotaExhausted("402").suspected(),
                new ModelException.AuthFailed("401"),
                new ModelException.AuthFailed("403").suspected(),
                new ModelException.UnknownModel("404"),
                new ModelException.UnknownModel("no such model").suspected(),
                new ModelException.ServerFailed("all text is in the reasoning", 200, Charge.UNKNOWN, null)
                        .unreadable());
    }

    @ParameterizedTest
    @MethodSource("failuresOfTheEndpoint")
    void failureOfTheEndpoint_movesOn(ModelException failure) throws Exception {
        trouble.set(failure);

        assertThat(call().text()).isEqualTo("from large");
    }

    static Stream<ModelException> refusalsOfTheRequest() {
        return Stream.of(
                new ModelException.InvalidRequest("400", 400),
                new ModelException.ContextTooLong("too long"),
                new ModelException.ServerFailed("bad picture", 200, Charge.UNKNOWN, null).lasting());
    }

    @ParameterizedTest
    @MethodSource("refusalsOfTheRequest")
    void refusalOfTheRequest_isFinal(ModelException failure) {
        trouble.set(failure);

        assertThat(catchThrowable(this::call)).isSameAs(failure);
        assertThat(second.calls).hasValue(0);
    }

    @Test
    void filteredReply_isAnAnswer() throws Exception {
        var filtering = new FakeModel((request, context) -> new ModelReply(
                "small", "", List.of(), Finish.FILTERED, USAGE, ServiceTier.STANDARD, RateLimits.UNKNOWN, ""));
        var pool = filtering.pool().fallBackTo(backup).build();

        assertThat(pool.call(REQUEST, terms(budget)).finish()).isEqualTo(Finish.FILTERED);
        assertThat(second.calls).hasValue(0);
    }

    @Test
    void reply_statesWhoAnsweredAndWhy_alsoInTheEvents() throws Exception {
        var events = new ArrayList<AttemptEvent>();
        ModelReply reply = chain.call(REQUEST, terms(budget).withAttempts(events::add));

        String note = "answered by 'large', pool 2 of the chain, because 'small' failed: ServerFailed 503";
        assertThat(reply.model()).isEqualTo("large");
        assertThat(reply.notes()).containsExactly(note);
        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName() + " "
                        + event.id().model() + " " + event.id().number())
                .containsExactly("Started small 1", "Failed small 1", "Started large 2", "Replied large 2");
        assertThat(((AttemptEvent.Replied) events.getLast()).reply().notes()).containsExactly(note);
    }

    @Test
    void firstPoolThatAnswers_addsNoNote() throws Exception {
        trouble.set(null);

        assertThat(call().notes()).isEmpty();
        assertThat(second.calls).hasValue(0);
    }

    @Test
    void everyAttempt_reservesTheDearest_andIsBookedAtItsOwnPrice() throws Exception {
        var reserved = new ArrayList<Money>();
        chain.call(REQUEST, terms(budget).withAttempts(attempt -> {
            if (attempt instanceof AttemptEvent.Started started) {
                reserved.add(started.reserved());
            }
        }));

        assertThat(chain.worstCase(REQUEST)).isEqualTo(DEAREST);
        assertThat(reserved).containsExactly(DEAREST, DEAREST);
        assertThat(budget.state().settled()).isEqualTo(COST.times(10));

        trouble.set(null);
        chain.resume();
        call();
        assertThat(budget.state().settled()).isEqualTo(COST.times(11));
        assertThat(budget.state().outstanding()).isEqualTo(Money.ZERO);
    }

    @Test
    void lostReply_forfeitsTheWorstCaseOfThePoolThatLostIt() throws Exception {
        trouble.set(new ModelException.ServerFailed("lost", 500, Charge.UNKNOWN, null));
        call();

        assertThat(budget.state().forfeited()).isEqualTo(RESERVED);
    }

    @Test
    void budgetBelowTheDearest_isRefusedBeforeAnyCall() {
        BudgetGuard small = Budget.of(DEAREST.minusOrZero(Money.ofPico(1))).open();

        assertThat(catchThrowable(() -> chain.call(REQUEST, terms(small))))
                .isInstanceOf(CallRefusedException.class)
                .extracting(refused -> ((CallRefusedException) refused).reason())
                .isInstanceOf(CallRefusedException.Reason.BudgetExhausted.class);
        assertThat(first.calls).hasValue(0);
        assertThat(second.calls).hasValue(0);
    }

    @Test
    void failedPool_isPassedOver_untilItHasCooledDown() throws Exception {
        call();
        call();
        assertThat(first.calls).hasValue(1);

        trouble.set(null);
        chain.resume();
        assertThat(call().text()).isEqualTo("hello");
    }

    @Test
    void pausedPool_isNotWaitedFor_whileAnotherCanAnswer() throws Exception {
        ModelPool eager = chain(Duration.ZERO, backup);
        trouble.set(new ModelException.RateLimited("wait", Duration.ofSeconds(20), RateLimits.UNKNOWN));

        assertThat(eager.call(REQUEST, terms(budget)).text()).isEqualTo("from large");
        assertThat(eager.call(REQUEST, terms(budget)).notes())
                .containsExactly("answered by 'large', pool 2 of the chain, because 'small' is paused: RateLimited");
        assertThat(first.calls).as("calls of the paused pool").hasValue(1);
    }

    @Test
    void waitThatTheServerAsksFor_isNoReasonToRetry_whileAnotherCanAnswer() throws Exception {
        trouble.set(new ModelException.RateLimited("wait", Duration.ofSeconds(20), RateLimits.UNKNOWN));
        ModelPool patient = first.pool().fallBackTo(backup).build();

        assertThat(patient.call(REQUEST, terms(budget)).text()).isEqualTo("from large");
        assertThat(first.calls).hasValue(1);
        assertThat(budget.state().outstanding()).isEqualTo(Money.ZERO);
    }

    @Test
    void lastPool_isWaitedFor() throws Exception {
        var calls = new AtomicInteger();
        FakeModel busy = new FakeModel((request, context) -> {
            if (calls.incrementAndGet() == 1) {
                throw new ModelException.RateLimited("wait", Duration.ofMillis(1), RateLimits.UNKNOWN);
            }
            return ModelReply.of("large", "at last", USAGE);
        });
        ModelPool last =
                ModelPool.builder(busy, "large").catalog(FakeModel.CATALOG).build();

        assertThat(chain(LONG, last).call(REQUEST, terms(budget)).text()).isEqualTo("at last");
    }

    @Test
    void cooledDownPool_isTriedAgain() throws Exception {
        ModelPool eager = chain(Duration.ZERO, backup);
        eager.call(REQUEST, terms(budget));
        trouble.set(null);

        assertThat(eager.call(REQUEST, terms(budget)).text()).isEqualTo("hello");
        trouble.set(DOWN);
        assertThat(eager.call(REQUEST, terms(budget)).text()).isEqualTo("from large");
    }

    @Test
    void stoppedPool_isPassedOverWithoutACall() throws Exception {
        ModelPool eager = chain(Duration.ZERO, backup);
        trouble.set(new ModelException.AuthFailed("401"));
        eager.call(REQUEST, terms(budget));

        assertThat(eager.call(REQUEST, terms(budget)).notes())
                .containsExactly("answered by 'large', pool 2 of the chain, because 'small' is stopped: AuthFailed");
        assertThat(first.calls).hasValue(1);
        assertThat(eager.stoppedBy()).isPresent();
    }

    @Test
    void failureBehindDeliveredText_isFinal() {
        var talking = new FakeModel((request, context) -> {
            context.text().accept("Fi");
            throw DOWN;
        });
        ModelPool pool = talking.pool().fallBackTo(backup).build();

        assertThat(catchThrowable(() -> pool.call(REQUEST, terms(budget).withText(piece -> {}))))
                .isSameAs(DOWN);
        assertThat(second.calls).hasValue(0);
    }

    @Test
    void nobodyAnswers_failsWithTheLastFailure_andNamesTheOthers() {
        var last = new ModelException.TimedOut("late", Charge.FREE);
        ModelPool pool = chain(LONG, pool(FakeModel.failing(last)));

        assertThat(catchThrowable(() -> pool.call(REQUEST, terms(budget))))
                .isSameAs(last)
                .hasSuppressedException(DOWN);
    }

    @Test
    void refusalBehindAnAttempt_knowsOfThatAttempt() {
        ModelPool stopped = pool(FakeModel.failing(new ModelException.AuthFailed("401")));
        catchThrowable(() -> stopped.call(REQUEST.withModel("large"), terms(budget)));
        ModelPool pool = chain(LONG, stopped);

        assertThat(catchThrowable(() -> pool.call(REQUEST, terms(budget))))
                .isInstanceOf(CallRefusedException.class)
                .hasCause(DOWN)
                .returns(true, refused -> ((CallRefusedException) refused).wasAttempted());
    }

    /** Such as encrypted reasoning, which no other provider can read, or should get. */
    @Test
    void stateOfAConversation_goesToThePoolThatMadeItAlone() throws Exception {
        var turns = new ArrayList<List<Turn>>();
        var stateful = new FakeModel((request, context) -> {
            turns.add(request.turns());
            return new ModelReply(
                    "large", "b", List.of(), Finish.COMPLETE, USAGE, ServiceTier.STANDARD, RateLimits.UNKNOWN, "own");
        });
        ModelPool pool = chain(LONG, pool(stateful));
        ModelReply reply = pool.call(REQUEST, terms(budget));
        var foreign = new Turn.Assistant("a", List.of(), "0:foreign");
        ModelRequest next = REQUEST.withTurns(List.of(new Turn.User("q"), foreign, Turn.Assistant.of(reply)));

        pool.call(next, terms(budget));

        assertThat(turns.getLast())
                .containsExactly(
                        new Turn.User("q"),
                        new Turn.Assistant("a", List.of(), ""),
                        new Turn.Assistant("b", List.of(), "own"));
    }

    @Test
    void modelThatWritesLess_getsItsOwnCap() throws Exception {
        chain.call(REQUEST.withMaxOutputTokens(1_000), terms(budget));
        assertThat(seen.getLast().maxOutputTokens()).isEqualTo(1_000);
        assertThat(seen.getLast().model()).isEqualTo("large");
    }

    @Test
    void decoratedPools_decorateTheWholeChain() throws Exception {
        var heard = new ArrayList<String>();
        var pools = ModelPools.builder().mini(backup).nano(chain).build().decorated(client -> (request, context) -> {
            heard.add(request.model());
            return client.call(request, context);
        });

        pools.pool(Tier.NANO).call(REQUEST, terms(budget));

        assertThat(heard).containsExactly("small", "large");
        assertThat(pools.pool(Tier.NANO).fallbacks()).containsExactly(pools.pool(Tier.MINI));
    }
}
