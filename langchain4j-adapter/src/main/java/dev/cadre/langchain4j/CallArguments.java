// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolSpec;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds the arguments of a tool call that LangChain4j read as empty. What was sent and cannot be found, or is missing
 * where the tool needs it, becomes a text that is no JSON, which is told to the model: no tool runs without its arguments.
 */
final class CallArguments {
    static final String LOST = "arguments that could not be found";

    private static final String FUNCTION = "function";
    private static final List<String> NAMES = List.of("arguments", "parameters", "input", "args");

    /** Members of a call that are no arguments, whatever they hold. */
    private static final Set<String> NO_ARGUMENTS =
            Set.of(FUNCTION, "extra_content", "provider_specific_fields", "caller");

    private final ToolExecutionRequest asked;
    private final RawReply raw;
    private final ModelRequest request;

    private CallArguments(ToolExecutionRequest asked, RawReply raw, ModelRequest request) {
        this.asked = asked;
        this.raw = raw;
        this.request = request;
    }

    static String of(ToolExecutionRequest asked, RawReply raw, ModelRequest request) {
        return new CallArguments(asked, raw, request).find();
    }

    private String find() {
        String given = Objects.requireNonNullElse(asked.arguments(), "");
        // Gemini leaves out arguments that are empty, which LangChain4j writes as null
        boolean isAbsent = given.isBlank() || given.equals("null");
        if (!isAbsent && !given.strip().equals("{}")) {
            return given;
        }
        List<Json> own = raw.calls()
                .filter(call -> RawReply.text(call, "id").equals(Optional.ofNullable(asked.id())))
                .flatMap(CallArguments::named)
                .toList();
        if (own.size() == 1) {
            return own.getFirst() instanceof Json.Str(String text)
                    ? text
                    : own.getFirst().write();
        }
        boolean areLost = !own.isEmpty() || raw.calls().anyMatch(this::mayHoldThem) || (isAbsent && needsSome());
        return areLost ? LOST : isAbsent && !given.isBlank() ? "{}" : given;
    }

    /** What stands in a call, or a piece of one, under the names that servers have for arguments. */
    private static Stream<Json> named(Json.Obj call) {
        return places(call)
                .flatMap(place -> NAMES.stream().flatMap(name -> place.at(name).stream()))
                .filter(value -> !RawReply.isEmpty(value));
    }

    /** Whether a piece of a call that nobody can be told by its id holds something, or this one under another name. */
    private boolean mayHoldThem(Json.Obj call) {
        Optional<String> id = RawReply.text(call, "id");
        boolean mayBeThis = id.isEmpty() || id.equals(Optional.ofNullable(asked.id()));
        return mayBeThis
                && places(call)
                        .flatMap(place -> place.fields().entrySet().stream())
                        .filter(field -> !NO_ARGUMENTS.contains(field.getKey())
                                && !field.getKey().equals("arguments"))
                        .anyMatch(field -> (field.getValue() instanceof Json.Obj
                                        || field.getValue() instanceof Json.Arr
                                        || NAMES.contains(field.getKey()))
                                && !RawReply.isEmpty(field.getValue()));
    }

    private static Stream<Json.Obj> places(Json.Obj call) {
        return call.at(FUNCTION).orElse(Json.Null.NULL) instanceof Json.Obj function
                ? Stream.of(function, call)
                : Stream.of(call);
    }

    /** Whether the tool has an argument that must be there and may not be null. */
    private boolean needsSome() {
        return request.tools().stream()
                .filter(tool -> tool.name().equals(asked.name()))
                .anyMatch(CallArguments::needsSome);
    }

    private static boolean needsSome(ToolSpec tool) {
        try {
            return Json.parse(tool.parametersSchema()) instanceof Json.Obj schema
                    && schema.at("required").orElse(Json.arr()) instanceof Json.Arr required
                    && required.items().stream()
                            .anyMatch(name -> name instanceof Json.Str(String text)
                                    && !schema.at("properties", text)
                                            .orElse(Json.obj())
                                            .write()
                                            .contains("\"null\""));
        } catch (JsonException malformed) {
            return false;
        }
    }
}
