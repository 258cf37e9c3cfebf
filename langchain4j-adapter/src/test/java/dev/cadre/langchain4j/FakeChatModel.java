// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** A model that answers by a function, and casts its parameters to its own type as the official one does. */
final class FakeChatModel implements ChatModel {
    final List<ChatRequest> requests = new ArrayList<>();
    private final Function<ChatRequest, ChatResponse> answer;
    private final Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
    private String modelName = "";

    FakeChatModel(Function<ChatRequest, ChatResponse> answer) {
        this.answer = answer;
    }

    static FakeChatModel saying(String text) {
        return new FakeChatModel(request -> response(AiMessage.from(text), FinishReason.STOP, new TokenUsage(10, 5)));
    }

    static ChatResponse response(AiMessage message, FinishReason finish, TokenUsage usage) {
        return ChatResponse.builder()
                .aiMessage(message)
                .modelName("fake-2026")
                .finishReason(finish)
                .tokenUsage(usage)
                .build();
    }

    FakeChatModel withSchemas() {
        capabilities.add(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
        return this;
    }

    FakeChatModel named(String name) {
        modelName = name;
        return this;
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        var parameters = ChatRequestParameters.builder().temperature(0.25);
        return modelName.isEmpty()
                ? parameters.build()
                : parameters.modelName(modelName).build();
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return capabilities;
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        requests.add(request);
        return answer.apply(request);
    }
}
