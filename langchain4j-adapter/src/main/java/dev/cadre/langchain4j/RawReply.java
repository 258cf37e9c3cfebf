// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The provider's own words, as far as its module of LangChain4j keeps them beside its reading: those of OpenAI and Claude
 * do.
 *
 * @param bodies the body of a whole reply, or those of the events of a stream; none if they are not at hand
 */
record RawReply(List<Json.Obj> bodies) {
    /** The names under which servers say why the model stopped. */
    private static final List<String> FINISH =
            List.of("finish_reason", "native_finish_reason", "finishReason", "done_reason");

    private static final List<String> THOUGHTS =
            List.of("reasoning_content", "reasoning", "reasoning_details", "reasoning_text", "thinking");

    static RawReply of(ChatResponse response) {
        if (Members.call(response.metadata(), "rawServerSentEvents") instanceof List<?> events && !events.isEmpty()) {
            return new RawReply(lastMessage(
                    events.stream().flatMap(event -> ofEvent(event).stream()).toList()));
        }
        Object http = Members.call(response.metadata(), "rawHttpResponse");
        return new RawReply(
                http == null
                        ? List.of()
                        : parsed(Members.call(http, "body")).stream().toList());
    }

    /** A stream of Claude that begins again replaces what it had said. */
    private static List<Json.Obj> lastMessage(List<Json.Obj> events) {
        for (int i = events.size() - 1; i > 0; i--) {
            if (text(events.get(i), "type").equals(Optional.of("message_start"))) {
                return events.subList(i, events.size());
            }
        }
        return events;
    }

    /** The body of an event of a stream. */
    static Optional<Json.Obj> ofEvent(Object event) {
        return parsed(Members.call(event, "data"));
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

    /** The word by which the provider says why the model stopped; one that says that the answer was cut counts most. */
    String finishWord() {
        return bodies.stream()
                .flatMap(RawReply::finishWords)
                .reduce((earlier, later) -> FinishWord.of(earlier).isCut() ? earlier : later)
                .orElse("");
    }

    private static Stream<String> finishWords(Json.Obj body) {
        Stream<String> ofClaude =
                Stream.concat(text(body, "stop_reason").stream(), text(body, "delta", "stop_reason").stream());
        List<String> ofChoice = choice(body).stream()
                .flatMap(choice -> FINISH.stream().flatMap(name -> text(choice, name).stream()))
                .toList();
        return Stream.concat(
                ofClaude,
                ofChoice.stream()
                        .filter(word -> FinishWord.of(word).isCut())
                        .findFirst()
                        .or(() -> ofChoice.stream().findFirst())
                        .stream());
    }

    /** The first error in a reply that is not finished yet; {@link ErrorBody#NONE} if there is none. */
    ErrorBody error() {
        for (Json.Obj body : bodies) {
            ErrorBody error = Stream.concat(
                            body.at("error").stream(), choice(body).flatMap(c -> c.at("error")).stream())
                    .map(ErrorBody::of)
                    .filter(ErrorBody::isPresent)
                    .findFirst()
                    .orElse(ErrorBody.NONE);
            if (error.isPresent() || finishWords(body).findAny().isPresent()) {
                return error;
            }
        }
        return ErrorBody.NONE;
    }

    /** Whether the model has reasoned in a place of its own, which LangChain4j drops unless it is told otherwise. */
    boolean isThought() {
        return bodies.stream().anyMatch(RawReply::isThought);
    }

    private static boolean isThought(Json.Obj body) {
        Stream<Json> ofClaude = Stream.concat(
                Stream.of("delta", "content_block").flatMap(name -> body.at(name, "thinking").stream()),
                objects(body, "content").flatMap(block -> block.at("thinking").stream()));
        Stream<Json> ofChat =
                messages(body).flatMap(message -> THOUGHTS.stream().flatMap(name -> message.at(name).stream()));
        return Stream.concat(ofClaude, ofChat).anyMatch(thought -> !isEmpty(thought));
    }

    /** Whether it is a message of Claude, which lists all that was said. */
    boolean isOfBlocks() {
        return bodies.stream()
                .anyMatch(body -> body.at("content").orElse(Json.Null.NULL) instanceof Json.Arr
                        || text(body, "type").equals(Optional.of("message_start")));
    }

    /** What the model said in OpenAI's place for a refusal; empty if it did not refuse. */
    String refusal() {
        return bodies.stream()
                .flatMap(RawReply::messages)
                .flatMap(message -> message.at("refusal").stream())
                .map(refusal -> refusal instanceof Json.Str(String said) ? said : "")
                .collect(Collectors.joining());
    }

    /** What the servers of OpenAI's chat interface counted. */
    Stream<Json.Obj> usages() {
        return bodies.stream()
                .flatMap(body -> body.at("usage").stream())
                .filter(Json.Obj.class::isInstance)
                .map(Json.Obj.class::cast)
                .filter(usage -> usage.at("prompt_tokens").orElse(Json.Null.NULL) instanceof Json.Num);
    }

    /** The tool calls, or pieces of them. */
    Stream<Json.Obj> calls() {
        return bodies.stream()
                .flatMap(body -> Stream.concat(
                        messages(body).flatMap(message -> objects(message, "tool_calls")),
                        body.at("content_block").stream()
                                .filter(block -> block instanceof Json.Obj object
                                        && text(object, "type").equals(Optional.of("tool_use")))
                                .map(Json.Obj.class::cast)));
    }

    /**
     * The text of a whole reply of Claude. LangChain4j puts a line break between its blocks, which are one text where
     * Claude cites; inside JSON it would break a string.
     */
    Optional<String> text() {
        return bodies.stream()
                .filter(body -> body.at("content").orElse(Json.Null.NULL) instanceof Json.Arr)
                .findFirst()
                .map(body -> objects(body, "content")
                        .filter(block -> text(block, "type").equals(Optional.of("text")))
                        .map(block -> block.string("text"))
                        .collect(Collectors.joining()));
    }

    /** The name of the model that answered. */
    Optional<String> model() {
        return bodies.stream().flatMap(body -> text(body, "model").stream()).findFirst();
    }

    /** Whether an event of a stream says that Gemini blocked the prompt. */
    static boolean saysBlocked(Json.Obj body) {
        return body.at("promptFeedback", "blockReason").isPresent();
    }

    private static Optional<Json.Obj> choice(Json.Obj body) {
        return objects(body, "choices").findFirst();
    }

    private static Stream<Json.Obj> messages(Json.Obj body) {
        return choice(body).stream()
                .flatMap(choice -> Stream.of("message", "delta").flatMap(name -> choice.at(name).stream()))
                .filter(Json.Obj.class::isInstance)
                .map(Json.Obj.class::cast);
    }

    static Stream<Json.Obj> objects(Json.Obj owner, String name) {
        return owner.at(name).orElse(Json.Null.NULL) instanceof Json.Arr list
                ? list.items().stream().filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast)
                : Stream.empty();
    }

    /** A text that is not blank. */
    static Optional<String> text(Json.Obj owner, String... path) {
        return owner.at(path)
                .filter(value -> value instanceof Json.Str(String text) && !text.isBlank())
                .map(value -> ((Json.Str) value).value());
    }

    static boolean isEmpty(Json value) {
        return switch (value) {
            case Json.Null none -> true;
            case Json.Str(String text) -> text.isBlank() || text.strip().equals("{}");
            case Json.Arr list -> list.items().isEmpty();
            case Json.Obj object -> object.fields().isEmpty();
            case Json.Num(BigDecimal number) -> false;
            case Json.Bool truth -> false;
        };
    }
}
