// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One request that reached the loopback server, over HTTP or as a line of a batch. The accessors mean the same for the
 * Responses API and for Chat Completions. Immutable.
 */
public final class LoopbackRequest {
    static final String RESPONSES = "/v1/responses";
    static final String CHAT = "/v1/chat/completions";

    private final int arrival;
    private final String method;
    private final String path;
    private final String customId;
    private final Map<String, String> headers;
    private final String body;
    /** Parsed when it is first asked for: a body need not be JSON. */
    private volatile Json.@Nullable Obj tree;

    LoopbackRequest(
            int arrival, String method, String path, String customId, Map<String, String> headers, String body) {
        this.arrival = arrival;
        this.method = method;
        this.path = path;
        this.customId = customId;
        this.headers = Map.copyOf(headers);
        this.body = body;
    }

    /** A line of a batch. */
    static LoopbackRequest line(int arrival, String path, String customId, Json.Obj body) {
        var line = new LoopbackRequest(arrival, "POST", path, customId, Map.of(), body.write());
        line.tree = body;
        return line;
    }

    /** Its number in order of arrival, from 1; lines of batches are counted, too. */
    public int arrival() {
        return arrival;
    }

    /** The HTTP method. */
    public String method() {
        return method;
    }

    /** The path as it came, query included, such as {@code /v1/responses}. */
    public String path() {
        return path;
    }

    /** The name of a line within its batch; empty for what came over HTTP. */
    public String customId() {
        return customId;
    }

    /** Header names in lower case and values; the value of {@code authorization} is left out. */
    public Map<String, String> headers() {
        return headers;
    }

    /** The body as it came, JSON text; empty for an uploaded file. */
    public String body() {
        return body;
    }

    /** The model asked for; empty if none. */
    public String model() {
        return text("model");
    }

    /** The name of the output schema; empty for free text. */
    public String schemaName() {
        return isChat() ? text("response_format", "json_schema", "name") : text("text", "format", "name");
    }

    /** The instructions, in a field of their own or in messages; empty if none. */
    public String instructions() {
        String field = isChat() ? "" : text("instructions");
        return field.isEmpty() ? joined(LoopbackRequest::instructs) : field;
    }

    /** Whether the reply is to be streamed. */
    public boolean streams() {
        return isTrue("stream");
    }

    /** The form of the answer that it asks for. */
    Json format() {
        return json().at("text", "format").orElse(Json.obj().with("type", "text"));
    }

    /** The cap on output tokens; 0 if none. */
    public long maxOutputTokens() {
        return isChat() ? Math.max(number("max_completion_tokens"), number("max_tokens")) : number("max_output_tokens");
    }

    /** All text of the conversation, messages and tool outputs, one a line. */
    public String inputText() {
        return joined(item -> !instructs(item));
    }

    /** The outputs of tools in the conversation, in order. */
    public List<String> toolOutputs() {
        return items().stream()
                .filter(item -> string(item, "type").equals("function_call_output")
                        || string(item, "role").equals("tool"))
                .flatMap(LoopbackRequest::texts)
                .toList();
    }

    /** The string at the path into the body; empty if there is none. */
    public String text(String... path) {
        return string(json(), path);
    }

    boolean isChat() {
        return path.equals(CHAT);
    }

    /** Whether it asks a model for an answer. */
    boolean generates() {
        return method.equals("POST") && (path.equals(RESPONSES) || isChat());
    }

    boolean isTrue(String... path) {
        return json().at(path).filter(new Json.Bool(true)::equals).isPresent();
    }

    /** Everything that the model reads, the part that requests have in common first, as a provider's cache sees it. */
    String prompt() {
        return Stream.of(at("tools"), at("text", "format"), at("response_format"), instructions(), inputText())
                .collect(Collectors.joining());
    }

    /** What the model reads up to the end of each item that ends in a mark for the provider's cache, in order. */
    List<String> markedPrompts() {
        var read = new StringBuilder(at("tools") + at("text", "format") + text("instructions"));
        var marked = new ArrayList<String>();
        for (Json.Obj item : items()) {
            texts(item).forEach(read::append);
            if (isMarked(item)) {
                marked.add(read.toString());
            }
        }
        return marked;
    }

    private static boolean isMarked(Json.Obj item) {
        return content(item) instanceof Json.Arr blocks
                && !blocks.items().isEmpty()
                && blocks.items().getLast() instanceof Json.Obj last
                && string(last, "prompt_cache_breakpoint", "mode").equals("explicit");
    }

    private String at(String... path) {
        return json().at(path).map(Json::write).orElse("");
    }

    /** The body as a tree; an empty one if it is no object. */
    Json.Obj json() {
        Json.Obj known = tree;
        if (known == null) {
            known = !body.isEmpty() && Json.parse(body) instanceof Json.Obj object ? object : Json.obj();
            tree = known;
        }
        return known;
    }

    /** The entries of the conversation; a bare text counts as one. */
    List<Json.Obj> items() {
        return json().at(isChat() ? "messages" : "input")
                .map(LoopbackRequest::items)
                .orElse(List.of());
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

    private static boolean instructs(Json.Obj message) {
        String role = string(message, "role");
        return role.equals("system") || role.equals("developer");
    }

    private String joined(Predicate<Json.Obj> which) {
        return items().stream().filter(which).flatMap(LoopbackRequest::texts).collect(Collectors.joining("\n"));
    }

    private static Stream<String> texts(Json.Obj item) {
        return switch (content(item)) {
            case Json.Str text -> Stream.of(text.value());
            case Json.Arr parts ->
                parts.items().stream().filter(Json.Obj.class::isInstance).map(part -> string((Json.Obj) part, "text"));
            default -> Stream.of();
        };
    }

    private static Json content(Json.Obj item) {
        return item.at("content").or(() -> item.at("output")).orElse(Json.Null.NULL);
    }

    private long number(String name) {
        return json().at(name).orElse(Json.Null.NULL) instanceof Json.Num number
                ? number.value().longValue()
                : 0;
    }

    @Override
    public String toString() {
        return "%s %s %s %s".formatted(method, path, customId, body);
    }

    static String string(Json.Obj object, String... path) {
        return object.at(path)
                .filter(Json.Str.class::isInstance)
                .map(value -> ((Json.Str) value).value())
                .orElse("");
    }
}
