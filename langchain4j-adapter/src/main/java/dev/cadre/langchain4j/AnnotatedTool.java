// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.ToolSpec;
import dev.cadre.redact.Thrown;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import dev.cadre.schema.SchemaDefinitions;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolException;
import dev.cadre.task.WorkerContext;
import dev.langchain4j.exception.ToolArgumentsException;
import dev.langchain4j.exception.ToolExecutionException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One method with {@code @Tool}, called with arguments from a model. */
final class AnnotatedTool {
    private final Object owner;
    private final Method method;
    private final List<ToolParameter> parameters;
    private final JsonType<?> result;

    private AnnotatedTool(Object owner, Method method) {
        this.owner = owner;
        this.method = method;
        this.parameters =
                Arrays.stream(method.getParameters()).map(ToolParameter::of).toList();
        this.result = isText() ? JsonType.of(String.class) : JsonType.of(method.getGenericReturnType());
        method.setAccessible(true);
    }

    /** The methods of a class and of those it extends; one that is overridden counts once. */
    static List<Method> methodsOf(Class<?> type) {
        var methods = new ArrayList<Method>();
        for (@Nullable Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            for (Method method : owner.getDeclaredMethods()) {
                if (method.isAnnotationPresent(dev.langchain4j.agent.tool.Tool.class)
                        && !method.isBridge()
                        && methods.stream().noneMatch(known -> overrides(known, method))) {
                    methods.add(method);
                }
            }
        }
        return methods;
    }

    private static boolean overrides(Method known, Method method) {
        return known.getName().equals(method.getName())
                && Arrays.equals(known.getParameterTypes(), method.getParameterTypes());
    }

    static Tool of(Object owner, Method method) {
        var tool = new AnnotatedTool(owner, method);
        return Tool.raw(tool.spec(), tool::call);
    }

    private ToolSpec spec() {
        var annotation = method.getAnnotation(dev.langchain4j.agent.tool.Tool.class);
        return new ToolSpec(
                annotation.name().isBlank() ? method.getName() : annotation.name(),
                String.join("\n", annotation.value()),
                schema().write());
    }

    private Json.Obj schema() {
        var definitions = new SchemaDefinitions();
        Json.Obj properties = Json.obj();
        var names = new ArrayList<String>();
        for (ToolParameter parameter : parameters) {
            if (parameter instanceof ToolParameter.Argument argument) {
                properties = properties.with(argument.name(), argument.schema(definitions));
                names.add(argument.name());
            }
        }
        return definitions.document(Json.obj()
                .with("type", "object")
                .with("properties", properties)
                .with("required", Json.strings(names))
                .with("additionalProperties", false));
    }

    private String call(String json, WorkerContext context) throws Exception {
        @Nullable Object[] arguments = arguments(json, context);
        try {
            return text(method.invoke(owner, arguments));
        } catch (InvocationTargetException thrown) {
            throw rethrown(thrown.getCause());
        }
    }

    private static Exception rethrown(@Nullable Throwable thrown) throws Exception {
        if (thrown == null) {
            return new IllegalStateException("a tool threw nothing");
        }
        Interrupts.throwIfIn(thrown);
        return switch (thrown) {
            case ToolExecutionException meant -> new ToolException(Thrown.message(meant));
            case ToolArgumentsException meant -> new ToolException(Thrown.message(meant));
            case Exception other -> other;
            case Error error -> throw error;
            default -> new IllegalStateException(thrown);
        };
    }

    private @Nullable Object[] arguments(String json, WorkerContext context) throws ToolException {
        Json.Obj given = object(json);
        requireKnown(given);
        @Nullable Object[] values = new @Nullable Object[parameters.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (parameters.get(i)) {
                case ToolParameter.Context filled -> context;
                case ToolParameter.Argument argument -> argument.read(given);
            };
        }
        return values;
    }

    private static Json.Obj object(String json) throws ToolException {
        try {
            if (Json.parse(json) instanceof Json.Obj object) {
                return object;
            }
        } catch (JsonException malformed) {
            throw new ToolException("bad arguments: " + malformed.getMessage());
        }
        throw new ToolException("bad arguments: they must be an object");
    }

    private void requireKnown(Json.Obj given) throws ToolException {
        var unknown = new TreeSet<>(given.fields().keySet());
        for (ToolParameter parameter : parameters) {
            if (parameter instanceof ToolParameter.Argument argument) {
                unknown.remove(argument.name());
            }
        }
        if (!unknown.isEmpty()) {
            throw new ToolException("bad arguments: unknown " + unknown);
        }
    }

    private boolean isText() {
        Class<?> type = method.getReturnType();
        return type == String.class || type == void.class || type == Void.class;
    }

    private String text(@Nullable Object value) {
        if (value == null) {
            return isText() && method.getReturnType() != String.class ? "done" : "null";
        }
        return value instanceof String text ? text : bare(result, value);
    }

    @SuppressWarnings("unchecked") // the value has the type that the method declares
    private static String bare(JsonType<?> type, Object value) {
        Json json = Marked.described((JsonType<Object>) type, value);
        return type.isRecord()
                ? json.write()
                : ((Json.Obj) json).at("value").orElseThrow().write();
    }
}
