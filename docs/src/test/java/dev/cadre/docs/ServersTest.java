// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cadre.openai.OpenAiClient;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.price.Price;
import dev.cadre.probe.Check;
import dev.cadre.testing.ServerContract;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** Runs the snippet of docs/servers.md over a server that says one word to everything. */
class ServersTest {
    private static String address = "";

    // region servers-contract
    static class OurServerTest extends ServerContract {
        @Override
        protected ModelPool pool() {
            OpenAiClient client =
                    OpenAiClient.builder("none-needed").baseUrl(address).build();
            return ModelPool.builder(client, "house-model-7b")
                    .price(Price.perMillionTokens("0.10", "0.10", "0.40"))
                    .retryPolicy(RetryPolicy.none())
                    .build();
        }

        @Override
        protected Set<Check> tolerated() {
            return EnumSet.of(Check.TOOLS); // no subtask type of ours uses any
        }
    }
    // endregion

    @Test
    void contract_failsWhereTheServerDoes() throws Exception {
        try (var server = LoopbackOpenAi.start()) {
            server.onAny().replies(LoopbackReply.text("lantern"));
            address = server.baseUrl();

            List<String> failed = new OurServerTest()
                    .server_keepsItsPart()
                    .filter(test -> catchThrowable(test.getExecutable()::execute) != null)
                    .map(DynamicTest::getDisplayName)
                    .toList();

            assertThat(failed).containsExactly("schema");
        }
    }
}
