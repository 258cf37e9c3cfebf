// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.cadre.json.Json;
import java.lang.annotation.Annotation;
import java.lang.reflect.RecordComponent;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Jackson's annotations that name and describe types, components and constants. */
final class Annotations {
    private Annotations() {}

    static String nameOf(RecordComponent component) {
        return on(component, JsonProperty.class, JsonProperty::value).orElse(component.getName());
    }

    static String nameOf(Enum<?> constant) {
        try {
            var field = constant.getDeclaringClass().getField(constant.name());
            return text(field.getAnnotation(JsonProperty.class), JsonProperty::value)
                    .orElse(constant.name());
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("an enum constant without a field: " + constant, e);
        }
    }

    /** The name of a record among the records of a sealed interface. */
    static String tagOf(Class<?> type) {
        return text(type.getAnnotation(JsonTypeName.class), JsonTypeName::value).orElse(type.getSimpleName());
    }

    /** Empty if there is none. */
    static String descriptionOf(RecordComponent component) {
        return on(component, JsonPropertyDescription.class, JsonPropertyDescription::value)
                .orElse("");
    }

    /** Empty if there is none. */
    static String descriptionOf(Class<?> type) {
        return text(type.getAnnotation(JsonClassDescription.class), JsonClassDescription::value)
                .orElse("");
    }

    /** The schema with the description; the schema itself if the description is empty. */
    static Json.Obj described(Json.Obj schema, String description) {
        if (description.isEmpty()) {
            return schema;
        }
        // strict mode allows no keyword beside a reference
        return schema.at("$ref").isPresent()
                ? Json.obj().with("description", description).with("anyOf", Json.arr(schema))
                : schema.with("description", description);
    }

    /** The annotation on the field, where the compiler copies it, or on an accessor written by hand. */
    private static <A extends Annotation> Optional<String> on(
            RecordComponent component, Class<A> annotation, Function<A, String> value) {
        try {
            var field = component.getDeclaringRecord().getDeclaredField(component.getName());
            return text(field.getAnnotation(annotation), value)
                    .or(() -> text(component.getAccessor().getAnnotation(annotation), value));
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("a record component without a field: " + component, e);
        }
    }

    private static <A extends Annotation> Optional<String> text(@Nullable A annotation, Function<A, String> value) {
        return Optional.ofNullable(annotation).map(value).filter(text -> !text.isEmpty());
    }
}
