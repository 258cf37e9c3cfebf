// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the arguments of a tool call. Some servers give them another name, or send them twice. What cannot be found, or
 * contradicts itself, becomes a text that is no JSON: a tool that may change something never runs without its arguments.
 */
final class CallArguments {
    static final String LOST = "arguments that could not be found";

    private static final ObjectReader VALUES = ServerJson.MAPPER.readerFor(JsonNode.class);
    private static final String FUNCTION = "function";
    private static final String NAME = "arguments";
    private static final List<String> OTHER_NAMES = List.of("parameters", "input", "args");

    /** Members of a call or its function that are no arguments, whatever they hold. */
    private static final Set<String> NO_ARGUMENTS = Set.of(
            "index",
            "id",
            "call_id",
            "item_id",
            "type",
            "object",
            "name",
            "namespace",
            "description",
            "strict",
            "status",
            "caller",
            "created_at",
            "output",
            "extra_content",
            "thought_signature",
            "provider_specific_fields");

    private CallArguments() {}

    /** Whether a member of a call or its function is read as arguments. */
    static boolean isName(String member) {
        return member.equals(NAME) || OTHER_NAMES.contains(member);
    }

    /** The arguments in a call or a piece of one, as they were sent; a missing node if there are none. */
    static JsonNode in(JsonNode call, ReplyNotes notes) {
        JsonNode usual = called(NAME, call);
        if (!isEmpty(usual)) {
            return usual;
        }
        for (String name : OTHER_NAMES) {
            JsonNode given = called(name, call);
            if (!isEmpty(given)) {
                notes.add("the arguments of a tool call were called '" + name + "'");
                return given;
            }
            usual = isAbsent(usual) ? given : usual;
        }
        return usual;
    }

    /** Whether a call without arguments holds something that may be them. */
    static boolean mayBeElsewhere(JsonNode call) {
        JsonNode function = call.path(FUNCTION);
        return function.isObject()
                ? holdsMore(function, true) || holdsMore(call, false)
                : holdsMore(call, !call.path("name").isMissingNode());
    }

    private static boolean holdsMore(JsonNode place, boolean texts) {
        return place.properties().stream()
                .filter(field -> !NO_ARGUMENTS.contains(field.getKey()))
                .filter(field -> !field.getKey().equals(FUNCTION))
                .map(field -> field.getValue())
                .anyMatch(value -> value.isContainerNode()
                        ? !value.isEmpty()
                        : texts && !value.asText("").isBlank() && !value.isNull());
    }

    private static JsonNode called(String name, JsonNode call) {
        JsonNode inFunction = call.path(FUNCTION).path(name);
        return isAbsent(inFunction) ? call.path(name) : inFunction;
    }

    static boolean isAbsent(JsonNode given) {
        return given.isMissingNode() || given.isNull();
    }

    /** Whether they say nothing: they are absent, blank or an empty object. */
    static boolean isEmpty(JsonNode given) {
        if (given.isTextual()) {
            String text = given.asText().strip();
            return text.isEmpty() || text.equals("{}");
        }
        return isAbsent(given) || (given.isContainerNode() && given.isEmpty());
    }

    /** Whether they are JSON, or none. */
    static boolean areReadable(String arguments) {
        return isEmpty(TextNode.valueOf(arguments))
                || arguments.stripLeading().startsWith("[")
                || !values(arguments).isEmpty();
    }

    /** Whether a text is one whole JSON object. */
    static boolean isObject(String text) {
        List<JsonNode> values = values(text);
        return values.size() == 1 && values.getFirst().isObject();
    }

    /**
     * Arguments of an earlier call as servers read them, which fail where the model wrote no JSON object: the model has been
     * told, and may see what it wrote.
     */
    static String sendable(String arguments) {
        if (isObject(arguments)) {
            return arguments;
        }
        return arguments.isBlank()
                ? "{}"
                : JsonNodeFactory.instance
                        .objectNode()
                        .put("unreadable", arguments)
                        .toString();
    }

    /** What arguments say, however they are written: the JSON value of a text that is one, and an empty object for none. */
    static JsonNode meaning(JsonNode given) {
        if (isEmpty(given)) {
            return JsonNodeFactory.instance.objectNode();
        }
        List<JsonNode> values = given.isTextual() ? values(given.asText()) : List.of();
        return values.size() == 1 ? values.getFirst() : given;
    }

    /** The one value of a text that may hold it several times, or an empty one beside it. */
    static String settled(String text, ReplyNotes notes) {
        List<JsonNode> values = values(text);
        if (values.size() < 2) {
            return text;
        }
        JsonNode one = values.getFirst();
        for (JsonNode next : values) {
            if (isEmpty(one)) {
                one = next;
            } else if (!isEmpty(next) && !next.equals(one)) {
                return contradictory(text, notes);
            }
        }
        notes.add("the arguments of a tool call came more than once");
        return one.toString();
    }

    /** Arguments that came as a text and as JSON. */
    static JsonNode settled(String text, JsonNode json, ReplyNotes notes) {
        if (!text.isBlank()) {
            notes.add("the arguments of a tool call came as a text and as JSON");
        }
        List<JsonNode> values = values(text);
        JsonNode value = values.isEmpty() ? MissingNode.getInstance() : values.getLast();
        if (text.isBlank() || (values.size() == 1 && isEmpty(value))) {
            return json;
        }
        boolean same = isEmpty(json) || (values.size() == 1 && value.equals(json));
        return TextNode.valueOf(same ? text : contradictory(text + " " + json, notes));
    }

    static String contradictory(String given, ReplyNotes notes) {
        notes.add("the arguments of a tool call contradict one another");
        return "arguments that contradict one another: " + given;
    }

    /** Whether arguments hold all that others hold, or more of it. */
    static boolean contain(JsonNode more, JsonNode less) {
        if (!more.isObject() || !less.isObject()) {
            return more.equals(less);
        }
        return less.properties().stream().allMatch(field -> {
            JsonNode value = more.path(field.getKey());
            return value.equals(field.getValue())
                    || (value.isTextual()
                            && field.getValue().isTextual()
                            && value.asText().startsWith(field.getValue().asText()));
        });
    }

    /** The JSON values of a text; none if it is no JSON, or a list. */
    private static List<JsonNode> values(String text) {
        var values = new ArrayList<JsonNode>();
        if (text.stripLeading().startsWith("[")) {
            return values; // its reader takes a list for its values
        }
        try (MappingIterator<JsonNode> next = VALUES.readValues(text)) {
            while (next.hasNextValue()) {
                values.add(next.nextValue());
            }
        } catch (JsonProcessingException noJson) {
            return List.of();
        } catch (IOException impossible) {
            throw new IllegalStateException("a text cannot be read", impossible);
        }
        return values;
    }
}
