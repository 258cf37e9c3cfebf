// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopbackModelsTest {
    private final LoopbackOpenAi server = LoopbackOpenAi.start();
    private final LoopbackCaller caller = new LoopbackCaller(server);

    @AfterEach
    void stop() {
        caller.close();
        server.close();
    }

    @Test
    void list_atFirst_isTheFamilyWithItsShutdownDate() throws Exception {
        Json.Obj list = LoopbackCaller.json(caller.get("/models"));

        assertThat(list.items("data"))
                .extracting(model -> ((Json.Obj) model).string("id"))
                .containsExactly("gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano");
        assertThat(LoopbackCaller.json(caller.get("/models/gpt-5.4-nano")).string("shutdown_date"))
                .isEqualTo("2027-04-01");
        assertThat(LoopbackCaller.json(caller.get("/models/gpt-5.4")).at("shutdown_date"))
                .contains(Json.Null.NULL);
    }

    @Test
    void list_changed_showsTheChange() throws Exception {
        server.listing("gpt-x", Optional.of(LocalDate.of(2026, 12, 24))).notListing("gpt-5.4");

        assertThat(LoopbackCaller.json(caller.get("/models/gpt-x")).string("shutdown_date"))
                .isEqualTo("2026-12-24");
        assertThat(caller.get("/models/gpt-5.4").statusCode()).isEqualTo(404);
        assertThat(caller.get("/models").body()).doesNotContain("\"gpt-5.4\"");
    }

    @Test
    void inputTokens_ofRequest_areCountedWithoutABill() throws Exception {
        Json.Obj counted = LoopbackCaller.json(caller.post(
                "/responses/input_tokens",
                Json.obj().with("model", "gpt-5.4-nano").with("input", "x".repeat(400))));

        assertThat(counted).isEqualTo(Json.parse("{\"object\":\"response.input_tokens\",\"input_tokens\":101}"));
        assertThat(server.charges()).isEmpty();
    }

    @Test
    void rule_forService_spoilsOrReplacesTheServersOwnAnswer() throws Exception {
        server.onService(request -> request.path().equals("/v1/models"))
                .replies(
                        LoopbackReply.error(503, "server_error", "", "Later."),
                        LoopbackReply.own().header("x-seen", "yes"));

        assertThat(caller.get("/models").statusCode()).isEqualTo(503);
        assertThat(caller.get("/models").headers().firstValue("x-seen")).contains("yes");
    }
}
