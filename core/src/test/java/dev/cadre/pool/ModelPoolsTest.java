// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ModelPoolsTest {
    private final BudgetGuard budget = Budget.usd("1").open();

    @Test
    void tier_isBoundToItsPool() {
        var flagship = FakeModel.replying().pool().build();
        var mini = FakeModel.replying().pool().build();
        var nano = FakeModel.replying().pool().build();
        var pools = ModelPools.of(flagship, mini, nano);

        assertThat(pools.pool(Tier.FLAGSHIP)).isSameAs(flagship);
        assertThat(pools.pool(Tier.MINI)).isSameAs(mini);
        assertThat(pools.pool(Tier.NANO)).isSameAs(nano);
        assertThat(ModelPools.of(mini).pool(Tier.NANO)).isSameAs(mini);
    }

    @Test
    void unboundTier_isNamed() {
        var pools =
                ModelPools.builder().nano(FakeModel.replying().pool().build()).build();

        assertThat(pools.tiers()).containsExactly(Tier.NANO);
        assertThatThrownBy(() -> pools.pool(Tier.MINI))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no model is bound to tier MINI, only to [NANO]; bind one with ModelPools.builder()");
    }

    @Test
    void close_closesWhatItOwns_inReverseOrder_andNothingElse() {
        var closed = new ArrayList<String>();
        var pools = ModelPools.builder()
                .closing(() -> closed.add("first"))
                .closing(() -> {
                    throw new IOException("stuck");
                })
                .closing(() -> closed.add("last"))
                .build();

        assertThatThrownBy(pools::close)
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("stuck");
        assertThat(closed).containsExactly("last", "first");
    }

    @Test
    void badKey_stopsThePoolsOfTheSameClient_untilResumed() throws Exception {
        var bad = new AtomicBoolean(true);
        var model = new FakeModel((request, context) -> {
            if (bad.get()) {
                throw new ModelException.AuthFailed("401");
            }
            return FakeModel.reply(FakeModel.USAGE);
        });
        var flagship = model.pool().build();
        var nano = model.pool().build();
        var elsewhere = FakeModel.replying().pool().build();
        var pools = ModelPools.of(flagship, elsewhere, nano);

        assertThatThrownBy(() -> flagship.call(REQUEST, terms(budget))).isInstanceOf(ModelException.AuthFailed.class);
        assertThatThrownBy(() -> nano.call(REQUEST, terms(budget)))
                .isInstanceOf(CallRefusedException.class)
                .hasMessage("call of small by subtask 'task' refused: the pool has stopped: 401")
                .hasCauseInstanceOf(ModelException.AuthFailed.class);
        assertThat(model.calls).hasValue(1);
        assertThat(elsewhere.call(REQUEST, terms(budget)).text()).isEqualTo("hello");

        bad.set(false);
        pools.resume();
        assertThat(nano.call(REQUEST, terms(budget)).text()).isEqualTo("hello");
    }

    @Test
    void decorated_goesThroughOneDecoratorPerClient_andClosesTheSame() throws Exception {
        var closed = new ArrayList<String>();
        var model = FakeModel.replying();
        var shared = model.pool().maxParallel(3).build();
        var other = FakeModel.replying().pool().build();
        var pools = ModelPools.builder()
                .flagship(shared)
                .mini(shared)
                .nano(other)
                .closing(() -> closed.add("client"))
                .build();
        var decorated = new ArrayList<ModelClient>();
        var seen = new ArrayList<String>();

        try (var recording = pools.decorated(client -> {
            decorated.add(client);
            return (request, context) -> {
                seen.add(request.model());
                return client.call(request, context);
            };
        })) {
            assertThat(recording.pool(Tier.MINI)).isSameAs(recording.pool(Tier.FLAGSHIP));
            assertThat(recording.pool(Tier.MINI).limits()).isEqualTo(shared.limits());
            assertThat(recording.pool(Tier.MINI).call(REQUEST, terms(budget)).text())
                    .isEqualTo("hello");
        }

        assertThat(decorated).hasSize(2);
        assertThat(seen).containsExactly("small");
        assertThat(model.calls).hasValue(1);
        assertThat(closed).containsExactly("client");
    }

    @Test
    void unknownModel_stopsItsOwnPoolOnly() throws Exception {
        var model = new FakeModel[1];
        model[0] = new FakeModel((request, context) -> {
            if (model[0].calls.get() == 1) {
                throw new ModelException.UnknownModel("404");
            }
            return FakeModel.reply(FakeModel.USAGE);
        });
        var retired = model[0].pool().build();
        var nano = model[0].pool().build();
        ModelPools.of(retired, nano, nano);

        assertThatThrownBy(() -> retired.call(REQUEST, terms(budget))).isInstanceOf(ModelException.UnknownModel.class);
        assertThatThrownBy(() -> retired.call(REQUEST, terms(budget))).isInstanceOf(CallRefusedException.class);
        assertThat(nano.call(REQUEST, terms(budget)).text()).isEqualTo("hello");
    }

    @Test
    void close_keepsEveryFailure_andTheInterrupt() {
        var pools = ModelPools.builder()
                .closing(() -> {
                    throw new IOException("second");
                })
                .closing(() -> {
                    throw new InterruptedException();
                })
                .closing(() -> {
                    throw new IOException("first");
                })
                .build();

        assertThatThrownBy(pools::close)
                .hasRootCauseMessage("first")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .extracting(Throwable::getMessage)
                        .isEqualTo("second"));
        assertThat(Thread.interrupted()).isTrue();
    }

    // --- names

    @Test
    void namedPool_isFoundByItsName_inTheOrderGiven() {
        var eye = FakeModel.replying().pool().build();
        var wide = FakeModel.replying().pool().build();
        var pools = ModelPools.builder().named("wide", wide).named("eye", eye).build();

        assertThat(pools.pool("eye")).isSameAs(eye);
        assertThat(pools.names()).containsExactly("wide", "eye");
        assertThat(pools.behind(Tier.NANO)).isEmpty();
        assertThat(pools).hasToString("ModelPools{}, named {wide=%s, eye=%s}, behind tiers {}".formatted(wide, eye));
        assertThatThrownBy(() -> pools.pool("ear"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no pool is named 'ear', only [wide, eye]; add it with ModelPools.Builder.named");
        assertThatThrownBy(() -> pools.names().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void nameThatIsNone_isRefused() {
        var pool = FakeModel.replying().pool().build();

        for (String name : List.of("", "two words", "7up", "x".repeat(65))) {
            assertThatThrownBy(() -> ModelPools.builder().named(name, pool))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the name '%s' of a pool must match [A-Za-z][A-Za-z0-9_-]{0,63}".formatted(name));
        }
    }

    @Test
    void poolsBehindATier_mustHaveNames_andTheTierAPool() {
        var pool = FakeModel.replying().pool().build();
        var named = ModelPools.builder().named("eye", pool);

        assertThat(named.nano(pool).behind(Tier.NANO, "eye").build().behind(Tier.NANO))
                .containsExactly("eye");
        assertThatThrownBy(() -> named.behind(Tier.NANO, "eye", "ear").build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the pool 'ear' is behind tier NANO, but no pool has this name, only [eye]; add it with ModelPools.Builder.named");
        assertThatThrownBy(() -> named.behind(Tier.NANO, "eye", "eye"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a pool is behind tier NANO twice: [eye, eye]");
        assertThat(named.behind(Tier.NANO).build().behind(Tier.NANO))
                .as("removed")
                .isEmpty();
        assertThatThrownBy(() -> named.behind(Tier.MINI, "eye").build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the pools [eye] are behind tier MINI, which has no pool itself; bind one");
    }

    @Test
    void namedPool_sharesItsKey_andIsResumedWithTheOthers() throws Exception {
        var bad = new AtomicBoolean(true);
        var model = new FakeModel((request, context) -> {
            if (bad.get()) {
                throw new ModelException.AuthFailed("401");
            }
            return FakeModel.reply(FakeModel.USAGE);
        });
        var nano = model.pool().build();
        var eye = model.pool().build();
        var pools = ModelPools.builder().nano(nano).named("eye", eye).build();

        assertThatThrownBy(() -> nano.call(REQUEST, terms(budget))).isInstanceOf(ModelException.AuthFailed.class);
        assertThatThrownBy(() -> eye.call(REQUEST, terms(budget))).isInstanceOf(CallRefusedException.class);

        bad.set(false);
        pools.resume();
        assertThat(eye.call(REQUEST, terms(budget)).text()).isEqualTo("hello");
    }

    @Test
    void decorated_reachesNamedPools_andKeepsWhatIsBehindATier() throws Exception {
        var model = FakeModel.replying();
        var nano = model.pool().build();
        var seen = new ArrayList<String>();
        var pools = ModelPools.builder()
                .nano(nano)
                .named("same", nano)
                .named("eye", model.pool().build())
                .behind(Tier.NANO, "eye")
                .build();

        var decorated = pools.decorated(client -> (request, context) -> {
            seen.add(request.model());
            return client.call(request, context);
        });

        assertThat(decorated.pool("same")).isSameAs(decorated.pool(Tier.NANO));
        assertThat(decorated.behind(Tier.NANO)).containsExactly("eye");
        assertThat(decorated.pool("eye").call(REQUEST, terms(budget)).text()).isEqualTo("hello");
        assertThat(seen).containsExactly("small");
    }

    @Test
    void toBuilder_keepsAllThatTheseHave_andClosesIt() {
        var closed = new ArrayList<String>();
        var nano = FakeModel.replying().pool().build();
        var eye = FakeModel.replying().pool().build();
        var mini = FakeModel.replying().pool().build();
        var first = ModelPools.builder()
                .nano(nano)
                .named("eye", eye)
                .behind(Tier.NANO, "eye")
                .closing(() -> closed.add("first"))
                .build();

        try (var more =
                first.toBuilder().mini(mini).closing(() -> closed.add("second")).build()) {
            assertThat(more.pool(Tier.NANO)).isSameAs(nano);
            assertThat(more.pool(Tier.MINI)).isSameAs(mini);
            assertThat(more.pool("eye")).isSameAs(eye);
            assertThat(more.behind(Tier.NANO)).containsExactly("eye");
        }

        assertThat(closed).containsExactly("second", "first");
        assertThat(first.tiers()).as("these stay as they are").containsExactly(Tier.NANO);
    }
}
