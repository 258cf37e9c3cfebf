// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonComponent;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.SchemaDefinitions;
import dev.cadre.task.ToolException;
import dev.cadre.task.WorkerContext;
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.ToolMemoryId;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.invocation.InvocationParameters;
import dev.langchain4j.invocation.LangChain4jManaged;
import java.lang.reflect.Parameter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One parameter of a method with {@code @Tool}. */
sealed interface ToolParameter {
    /** Filled in, and unknown to the model. */
    record Context() implements ToolParameter {}

    static ToolParameter of(Parameter parameter) {
        if (parameter.getType() == WorkerContext.class) {
            return new Context();
        }
        if (parameter.isAnnotationPresent(ToolMemoryId.class)
                || List.of(InvocationContext.class, InvocationParameters.class, LangChain4jManaged.class).stream()
                        .anyMatch(managed -> managed.isAssignableFrom(parameter.getType()))) {
            throw new IllegalArgumentException(at(parameter) + " could only be filled in by LangChain4j");
        }
        return Argument.of(parameter);
    }

    private static String at(Parameter parameter) {
        return "parameter '%s' of %s".formatted(parameter.getName(), parameter.getDeclaringExecutable());
    }

    /** Given by the model. */
    final class Argument implements ToolParameter {
        private final JsonComponent component;
        private final boolean required;
        private final @Nullable Object byDefault;

        private Argument(JsonComponent component, boolean required, @Nullable Object byDefault) {
            this.component = component;
            this.required = required;
            this.byDefault = byDefault;
        }

        private static Argument of(Parameter parameter) {
            Optional<P> p = Optional.ofNullable(parameter.getAnnotation(P.class));
            JsonType<?> type = JsonType.of(parameter.getParameterizedType()).requireWritable(at(parameter));
            var component = new JsonComponent(name(parameter, p), type, description(p));
            Optional<String> byDefault = p.map(P::defaultValue).filter(text -> !text.equals(P.NO_DEFAULT));
            if (byDefault.isPresent()) {
                return new Argument(component, false, fromText(type, byDefault.get()));
            }
            boolean required = p.map(P::required).orElse(true);
            if (!required && parameter.getType().isPrimitive()) {
                throw new IllegalArgumentException(
                        at(parameter) + " is not required, but primitive and without a default");
            }
            return new Argument(component, required, required ? null : absent(type));
        }

        private static String name(Parameter parameter, Optional<P> p) {
            String given = p.map(P::name).orElse("");
            if (given.isBlank() && !parameter.isNamePresent()) {
                throw new IllegalArgumentException(
                        at(parameter) + " has no name: compile with -parameters or set @P(name)");
            }
            return given.isBlank() ? parameter.getName() : given;
        }

        private static String description(Optional<P> p) {
            return p.map(given -> given.value().isBlank() ? given.description() : given.value())
                    .orElse("");
        }

        private static @Nullable Object absent(JsonType<?> type) {
            return type.rawType() == Optional.class ? Optional.empty() : null;
        }

        private static Object fromText(JsonType<?> type, String text) {
            return type.rawType() == String.class ? text : value(type, Json.parse(text));
        }

        String name() {
            return component.name();
        }

        Json.Obj schema(SchemaDefinitions definitions) {
            return required ? definitions.schema(component) : definitions.nullable(component);
        }

        @Nullable
        Object read(Json.Obj arguments) throws ToolException {
            Optional<Json> given = arguments.at(name());
            if (!required && given.orElse(Json.Null.NULL) == Json.Null.NULL) {
                return byDefault;
            }
            if (given.isEmpty()) {
                throw new ToolException("bad arguments: '%s' is missing".formatted(name()));
            }
            try {
                return value(component.type(), given.get());
            } catch (JsonException unfit) {
                throw new ToolException("bad arguments: '%s': %s".formatted(name(), unfit.getMessage()));
            }
        }

        private static Object value(JsonType<?> type, Json json) {
            return type.isRecord() ? type.read(json) : type.read(Json.obj().with("value", json));
        }
    }
}
