// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import java.util.List;
import java.util.Map;

/**
 * One request that reached the loopback server.
 *
 * @param arrival its number in order of arrival, from 1
 * @param headers header names in lower case and values; the value of {@code authorization} is left out
 * @param body the body as it came, JSON text
 */
public record LoopbackRequest(int arrival, Map<String, String> headers, String body) {
    public LoopbackRequest {
        headers = Map.copyOf(headers);
    }

    /** The model asked for; empty if none. */
    public String model() {
        return text("model");
    }

    /** The name of the output schema; empty for free text. */
    public String schemaName() {
        return text("text", "format", "name");
    }

    /** The instructions; empty if none. */
    public String instructions() {
        return text("instructions");
    }

    /** Whether the reply is to be streamed. */
    public boolean streams() {
        return json().at("stream").filter(new Json.Bool(true)::equals).isPresent();
    }

    /** The cap on output tokens; 0 if none. */
    public long maxOutputTokens() {
        return json().at("max_output_tokens").orElse(Json.Null.NULL) instanceof Json.Num cap
                ? cap.value().longValue()
                : 0;
    }

    /** All text of the conversation, messages and tool outputs, one a line. */
    public String inputText() {
        return String.join(
                "\n", items().stream().flatMap(item -> texts(item).stream()).toList());
    }

    /** The outputs of tools in the conversation, in order. */
    public List<String> toolOutputs() {
        return items().stream()
                .filter(item -> string(item, "type").equals("function_call_output"))
                .map(item -> string(item, "output"))
                .toList();
    }

    /** The string at the path into the body; empty if there is none. */
    public String text(String... path) {
        return string(json(), path);
    }

    /** The body as a tree. */
    Json.Obj json() {
        return Json.parse(body) instanceof Json.Obj object ? object : Json.obj();
    }

    /** The entries of the conversation; a bare text counts as one. */
    List<Json.Obj> items() {
        return json().at("input").map(LoopbackRequest::items).orElse(List.of());
    }

    private static List<Json.Obj> items(Json input) {
        return switch (input) {
            case Json.Arr array ->
                array.items().stream()
                        .filter(Json.Obj.class::isInstance)
                        .map(Json.Obj.class::cast)
                        .toList();
            case Json.Str text -> List.of(Json.obj().with("content", text));
            default -> List.of();
        };
    }

    private static List<String> texts(Json.Obj item) {
        Json content = item.at("content").or(() -> item.at("output")).orElse(Json.Null.NULL);
        return switch (content) {
            case Json.Str text -> List.of(text.value());
            case Json.Arr parts ->
                parts.items().stream()
                        .filter(Json.Obj.class::isInstance)
                        .map(part -> string((Json.Obj) part, "text"))
                        .toList();
            default -> List.of();
        };
    }

    static String string(Json.Obj object, String... path) {
        return object.at(path)
                .filter(Json.Str.class::isInstance)
                .map(value -> ((Json.Str) value).value())
                .orElse("");
    }
}
