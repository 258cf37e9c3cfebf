// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A record: in JSON an object with one field for each component. */
final class RecordBinding implements NamedBinding {
    private final Type type;
    private final Constructor<?> constructor;
    private Map<String, Component> components = Map.of();

    /**
     * A component of the record.
     *
     * @param description empty if there is none
     */
    record Component(String name, String description, Binding binding, Method accessor) {

        /** The JSON of this component of a record at the given place. */
        Json write(Object value, JsonPath at) {
            var here = at.field(name);
            try {
                return binding.writeChecked(accessor.invoke(value), here);
            } catch (InvocationTargetException e) {
                throw new JsonException("%s: the accessor failed: %s".formatted(here, e.getCause()), e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("an accessor made accessible is not: " + accessor, e);
            }
        }
    }

    RecordBinding(Type type, Constructor<?> constructor) {
        this.type = type;
        this.constructor = constructor;
    }

    /**
     * Sets the components in the order of the constructor. They are set later because they may refer to this record.
     */
    void complete(Map<String, Component> byName) {
        components = byName;
    }

    Map<String, Component> components() {
        return components;
    }

    @Override
    public Type javaType() {
        return type;
    }

    @Override
    public List<Binding> children() {
        return components.values().stream().map(Component::binding).toList();
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        return schema(definitions, Json.obj());
    }

    /** The schema, with more properties before those of the components. */
    Json.Obj schema(SchemaDefinitions definitions, Json.Obj firstProperties) {
        var properties = new LinkedHashMap<>(firstProperties.fields());
        components.forEach((name, component) -> properties.put(
                name, Annotations.described(definitions.refer(component.binding), component.description)));
        return SchemaDefinitions.object(Annotations.descriptionOf(GenericType.rawOf(type)), new Json.Obj(properties));
    }

    @Override
    public Json write(Object value, JsonPath at) {
        return write(value, at, Json.obj());
    }

    /** The object, with more fields before those of the components. */
    Json.Obj write(Object value, JsonPath at, Json.Obj firstFields) {
        var fields = new LinkedHashMap<>(firstFields.fields());
        components.forEach((name, component) -> fields.put(name, component.write(value, at)));
        return new Json.Obj(fields);
    }

    @Override
    public @Nullable Object read(Json json, JsonPath at, Defects defects) {
        var object = defects.require(Json.Obj.class, "an object", json, at);
        if (object == null) {
            return null;
        }
        defects.unknownKeys(object, components.keySet(), at);
        return readComponents(object, at, defects);
    }

    /** Reads the components and ignores other fields. */
    @Nullable
    Object readComponents(Json.Obj object, JsonPath at, Defects defects) {
        var arguments = new @Nullable Object[components.size()];
        boolean whole = true;
        int i = 0;
        for (var component : components.values()) {
            arguments[i] = component.binding.readField(object, component.name, at, defects);
            whole &= arguments[i++] != null;
        }
        return whole ? construct(arguments, at, defects) : null;
    }

    /** Other fields stay as they are. */
    @Override
    public Json replace(Json json, UnaryOperator<Json> attachment) {
        if (!(json instanceof Json.Obj(Map<String, Json> given))) {
            return json;
        }
        var fields = new LinkedHashMap<>(given);
        components.forEach((name, component) ->
                fields.computeIfPresent(name, (same, value) -> component.binding.replace(value, attachment)));
        return new Json.Obj(fields);
    }

    private @Nullable Object construct(@Nullable Object[] arguments, JsonPath at, Defects defects) {
        try {
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof RuntimeException refusal)) {
                throw new IllegalStateException("the constructor of %s failed".formatted(type), e.getCause());
            }
            var message = refusal.getMessage();
            defects.add(at, message == null ? refusal.getClass().getSimpleName() : message);
            return null;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a constructor made accessible is not: " + constructor, e);
        }
    }
}
