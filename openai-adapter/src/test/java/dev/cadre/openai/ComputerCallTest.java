// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallContext;
import dev.cadre.model.ComputerTool;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.openai.testing.LoopbackComputer;
import dev.cadre.openai.testing.LoopbackReply;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The provider's own form of calls of the computer tool. */
class ComputerCallTest extends LoopbackTest {
    private static final String CLICK = "{\"type\":\"click\",\"x\":10,\"y\":20,\"button\":\"left\",\"keys\":null}";
    private static final String CHECK =
            "{\"id\":\"sc_1\",\"code\":\"malicious_instructions\",\"message\":\"A page gives orders.\"}";
    private static final Attachment PICTURE = Attachment.Image.of("image/png", new byte[] {1, 2, 3});
    private static final ModelRequest ASKED =
            ModelRequest.of("gpt-5.4-mini", "Operate.", "Fill in the form.", 64).withTools(List.of(ComputerTool.SPEC));

    private static ModelRequest then(ModelReply asked, Turn.ToolResult result) {
        return ASKED.withTurns(List.of(ASKED.turns().getFirst(), Turn.Assistant.of(asked), result));
    }

    private static ModelReply asks(LoopbackReply scripted, CallContext context) throws InterruptedException {
        server.on(request -> !request.body().contains("computer_call")).replies(scripted);
        server.onAny().replies(LoopbackReply.text("Done."));
        return client.call(ASKED, context);
    }

    private static List<Json> lastItems(int count) {
        List<Json> items = ((Json.Obj) Json.parse(server.requests().getLast().body())).items("input");
        return items.subList(items.size() - count, items.size());
    }

    @Test
    void tool_isSentInTheProvidersOwnForm_oneCallAtATime() throws InterruptedException {
        asks(LoopbackReply.text("Nothing to do."), plain());

        assertThat(server.requests().getLast().body())
                .contains("\"tools\":[{\"type\":\"computer\"}]", "\"parallel_tool_calls\":false");
    }

    @Test
    void function_namedComputer_staysAFunction() throws InterruptedException {
        server.onAny().replies(LoopbackReply.text("Fine."));
        var own = new ToolSpec(
                "computer",
                "Reckons.",
                "{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}");

        client.call(ASKED.withTools(List.of(own)), plain());

        assertThat(server.requests().getLast().body())
                .contains("\"type\":\"function\"")
                .doesNotContain("parallel_tool_calls");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void call_isOneOfTheComputerTool(boolean streams) throws InterruptedException {
        ModelReply asked = asks(
                LoopbackComputer.doubts("call_1", "[" + CLICK + ",{\"type\":\"wait\"}]", "[" + CHECK + "]"),
                streams ? streamed(piece -> {}) : plain());

        assertThat(asked.finish()).isEqualTo(Finish.TOOL_CALLS);
        ToolCall call = asked.toolCalls().getFirst();
        assertThat(call.callId()).isEqualTo("call_1");
        assertThat(call.name()).isEqualTo(ComputerTool.NAME);
        assertThat(Json.parse(call.arguments()))
                .isEqualTo(Json.parse(
                        "{\"actions\":[" + CLICK + ",{\"type\":\"wait\"}],\"pending_safety_checks\":[" + CHECK + "]}"));
    }

    @Test
    void call_ofOneAction_isAListOfOne() throws InterruptedException {
        ModelReply asked = asks(LoopbackReply.text("").field("output", """
                        [{"type":"computer_call","id":"cu_1","call_id":"call_1","status":"completed",
                          "action":{"type":"wait"},"pending_safety_checks":[]}]"""), plain());

        assertThat(Json.parse(asked.toolCalls().getFirst().arguments()))
                .isEqualTo(Json.parse("{\"actions\":[{\"type\":\"wait\"}],\"pending_safety_checks\":[]}"));
    }

    @Test
    void call_ofAnUnknownAction_isPassedOn() throws InterruptedException {
        ModelReply asked = asks(LoopbackComputer.asks("call_1", "[{\"type\":\"fly\",\"to\":\"Rome\"}]"), plain());

        assertThat(asked.toolCalls().getFirst().arguments()).contains("{\"type\":\"fly\",\"to\":\"Rome\"}");
    }

    @Test
    void answer_isThePicture_withTheApprovedChecks_andThenTheWords() throws InterruptedException {
        ModelReply asked = asks(LoopbackComputer.doubts("call_1", "[" + CLICK + "]", "[" + CHECK + "]"), plain());

        ModelReply answered =
                client.call(then(asked, new Turn.ToolResult("call_1", "not approved", List.of(PICTURE))), plain());

        assertThat(answered.text()).isEqualTo("Done.");
        assertThat(lastItems(3)).isEqualTo(((Json.Arr) Json.parse("""
                                [{"type":"computer_call","id":"cu_call_1","call_id":"call_1","status":"completed",
                                  "actions":[%s],"pending_safety_checks":[%s]},
                                 {"type":"computer_call_output","call_id":"call_1",
                                  "output":{"type":"computer_screenshot","image_url":"data:image/png;base64,AQID"},
                                  "acknowledged_safety_checks":[%s]},
                                 {"type":"message","role":"user","content":"not approved"}]""".formatted(CLICK, CHECK, CHECK))).items());
    }

    @Test
    void answer_withoutWords_isThePictureAlone() throws InterruptedException {
        ModelReply asked = asks(LoopbackComputer.asks("call_1", "[" + CLICK + "]"), plain());

        client.call(then(asked, new Turn.ToolResult("call_1", "", List.of(PICTURE))), plain());

        assertThat(lastItems(1).getFirst().write())
                .contains("computer_call_output", "\"acknowledged_safety_checks\":[]");
    }

    @Test
    void answer_withoutAPicture_isRefusedUnsent() throws InterruptedException {
        ModelReply asked = asks(LoopbackComputer.asks("call_1", "[" + CLICK + "]"), plain());

        assertThatThrownBy(() -> client.call(then(asked, new Turn.ToolResult("call_1", "error: timed out")), plain()))
                .isInstanceOf(ModelException.InvalidRequest.class)
                .hasMessage("a turn on the screen returned no picture, and the provider takes no other answer");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void server_refusesWhatTheProviderRefuses() {
        assertThatThrownBy(() -> client.call(ASKED.withModel(MODEL), plain()))
                .isInstanceOf(ModelException.InvalidRequest.class)
                .hasMessageContaining("Tool 'computer' is not supported with gpt-5.4-nano.");
    }
}
