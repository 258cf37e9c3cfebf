// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.REQUEST;
import static dev.cadre.pool.FakeModel.USAGE;
import static dev.cadre.pool.FakeModel.terms;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What pools know of the keys of their clients. */
class MaskedNamesTest {
    private static final String TEXT = "one.secret two.secret tri.secret";

    private final BudgetGuard budget = Budget.usd("1").open();

    private record Keyed(String key) implements ModelClient {
        @Override
        public ModelReply call(ModelRequest request, CallContext context) {
            return ModelReply.of("model\u001b[31m\n" + key, "text " + key, USAGE)
                    .noting(List.of("note " + key));
        }

        @Override
        public String masked(String text) {
            return text.replace(key, "[redacted]");
        }
    }

    private static ModelPool.Builder pool(ModelClient client) {
        return ModelPool.builder(client, "small").catalog(FakeModel.CATALOG);
    }

    @Test
    void pools_knowTheKeysOfAllClients_ofThoseThatTheyFallBackToAndOfNamedOnes() {
        var first = pool(new Keyed("one.secret"))
                .fallBackTo(pool(new Keyed("two.secret")).build())
                .build();
        var pools = ModelPools.builder()
                .nano(first)
                .named("eye", pool(new Keyed("tri.secret")).build())
                .build();

        assertThat(first.masked(TEXT)).isEqualTo("[redacted] [redacted] tri.secret");
        assertThat(pools.masked(TEXT)).isEqualTo("[redacted] [redacted] [redacted]");
        assertThat(pools.decorated(client -> client::call).masked(TEXT))
                .as("whatever a decorator knows")
                .isEqualTo("[redacted] [redacted] [redacted]");
    }

    @Test
    void secret_thatItsClientCannotMask_isHidden() {
        var pool = pool(FakeModel.replying()).hiding("one.secret").build();

        assertThat(pool.masked(TEXT)).isEqualTo("[redacted] two.secret tri.secret");
        assertThat(ModelPools.of(pool).decorated(client -> client).masked(TEXT)).startsWith("[redacted]");
    }

    @Test
    void reply_namesNoKey_andItsTextStays() throws Exception {
        ModelReply reply = pool(new Keyed("one.secret")).build().call(REQUEST, terms(budget));

        assertThat(reply.model()).isEqualTo("model [31m [redacted]");
        assertThat(reply.notes()).containsExactly("note [redacted]");
        assertThat(reply.text()).isEqualTo("text one.secret");
    }

    @Test
    void breach_namesNoKey() {
        var pool = pool(new Keyed("one.secret")).build();
        var bill = new ModelException.Billed("as one.secret", USAGE, ServiceTier.STANDARD, Map.of());

        assertThat(pool.breach(bill, Money.usd("1")).orElseThrow().answeredBy()).isEqualTo("as [redacted]");
    }

    /** One of several with the same client may hide more than that. */
    @Test
    void poolsOfOneClient_areAllAsked() {
        var client = FakeModel.replying();
        var pools = ModelPools.builder()
                .bind(Tier.NANO, pool(client).build())
                .bind(Tier.MINI, pool(client).hiding("one.secret").build())
                .build();

        assertThat(pools.masked(TEXT)).startsWith("[redacted]");
    }
}
