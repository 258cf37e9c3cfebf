// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.langchain4j.LoopbackProvider.Reply;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Bodies of OpenAI's chat interface, and what LangChain4j's models and this adapter make of them. */
final class ChatBodies {
    static final String USAGE = "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}";

    private ChatBodies() {}

    static String text(String text) {
        return "{\"role\":\"assistant\",\"content\":\"%s\"}".formatted(text);
    }

    static String call(String arguments) {
        return "{\"tool_calls\":[{\"index\":0,\"id\":\"a1\",\"type\":\"function\",\"function\":{\"name\":\"f\",%s}}]}"
                .formatted(arguments);
    }

    static String reply(String message, String finish) {
        return "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":%s,\"finish_reason\":\"%s\"}],\"usage\":%s}"
                .formatted(message, finish, USAGE);
    }

    static String delta(String delta) {
        return "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":null}]}"
                .formatted(delta);
    }

    static String finish(String word) {
        return "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}]}"
                .formatted(word);
    }

    static String usage(String usage) {
        return "{\"id\":\"c\",\"model\":\"m\",\"choices\":[],\"usage\":%s}".formatted(usage);
    }

    static String data(String... events) {
        return Stream.of(events).map(event -> "data: " + event + "\n\n").collect(Collectors.joining());
    }

    static ModelReply whole(String message, String finish) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> Reply.json(reply(message, finish)))) {
            return Providers.call(Providers.openAi(provider.address()));
        }
    }

    static ModelReply streamed(String... events) throws Exception {
        String body = data(events) + "data: [DONE]\n\n";
        try (var provider = LoopbackProvider.answering(request -> Reply.events(body))) {
            return Providers.call(Providers.streamingOpenAi(provider.address()));
        }
    }

    static ModelException streamFailure(String... events) throws Exception {
        return failure(Reply.events(data(events) + "data: [DONE]\n\n"), true);
    }

    static ModelException failure(Reply reply) throws Exception {
        return failure(reply, false);
    }

    static ModelException failure(Reply reply, boolean stream) throws Exception {
        try (var provider = LoopbackProvider.answering(request -> reply)) {
            String address = provider.address();
            return Providers.failure(stream ? Providers.streamingOpenAi(address) : Providers.openAi(address));
        }
    }
}
