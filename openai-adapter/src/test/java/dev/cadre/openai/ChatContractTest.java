// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract again, over Chat Completions. */
class ChatContractTest extends OpenAiClientContractTest {
    /** Hides that of the other API. */
    @BeforeAll
    static void start() {
        start(OpenAiClient.builder(KEY).chatCompletions());
    }

    @Test
    void call_goesToChatCompletions() throws Exception {
        reply("fine", TokenUsage.of(1, 1));

        client().call(ModelRequest.of("gpt-5.4-nano", "Be brief.", "Hi.", 100), context());

        assertThat(server.requests().getFirst().path()).endsWith("/chat/completions");
    }

    private static CallContext context() {
        var purpose = new CallPurpose(CallPurpose.Kind.WORK, "run", "id", "type", "", Tier.NANO);
        return CallContext.of(purpose, Duration.ofSeconds(20));
    }
}
