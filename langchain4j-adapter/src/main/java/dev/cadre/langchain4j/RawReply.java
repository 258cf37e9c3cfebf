// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The provider's own words, as far as its module of LangChain4j keeps them beside its reading. */
final class RawReply {
    private RawReply() {}

    /** The provider's own reason why Claude stopped, which LangChain4j reads as {@code OTHER} where it does not know it. */
    static Optional<String> stopReason(ChatResponse response) {
        return bodies(response)
                .flatMap(body -> Stream.of(body.at("stop_reason"), body.at("delta", "stop_reason")))
                .flatMap(Optional::stream)
                .filter(Json.Str.class::isInstance)
                .map(reason -> ((Json.Str) reason).value())
                .reduce((earlier, later) -> later);
    }

    /**
     * The text of a whole reply of Claude. LangChain4j puts a line break between its blocks, which are one text where
     * Claude cites; inside JSON it would break a string.
     */
    static Optional<String> text(ChatResponse response) {
        return whole(response)
                .filter(body -> body.at("content").orElse(Json.Null.NULL) instanceof Json.Arr)
                .map(body -> ((Json.Arr) body.at("content").orElseThrow())
                        .items().stream()
                                .filter(Json.Obj.class::isInstance)
                                .map(block -> (Json.Obj) block)
                                .filter(block -> block.at("type").equals(Optional.of(new Json.Str("text"))))
                                .map(block -> block.string("text"))
                                .collect(Collectors.joining()));
    }

    /** Whether an event of a stream says that Gemini blocked the prompt. */
    static boolean saysBlocked(Object event) {
        return parsed(Members.call(event, "data"))
                .flatMap(body -> body.at("promptFeedback", "blockReason"))
                .isPresent();
    }

    private static Stream<Json.Obj> bodies(ChatResponse response) {
        return Members.call(response.metadata(), "rawServerSentEvents") instanceof List<?> events && !events.isEmpty()
                ? events.stream().flatMap(event -> parsed(Members.call(event, "data")).stream())
                : whole(response).stream();
    }

    private static Optional<Json.Obj> whole(ChatResponse response) {
        Object http = Members.call(response.metadata(), "rawHttpResponse");
        return http == null ? Optional.empty() : parsed(Members.call(http, "body"));
    }

    private static Optional<Json.Obj> parsed(@Nullable Object text) {
        try {
            return text instanceof String json && Json.parse(json) instanceof Json.Obj object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (JsonException malformed) {
            return Optional.empty();
        }
    }
}
