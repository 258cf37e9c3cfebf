// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonComponent;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Condition;
import dev.cadre.task.SubtaskType;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The conditions that a plan may have: on the boolean and enum fields of types that may decide. */
final class Conditions {
    private Conditions() {}

    /** Whether any of these types may decide. */
    static boolean areAllowed(List<SubtaskType<?, ?>> types) {
        return types.stream().anyMatch(SubtaskType::isDeciding);
    }

    /** The fields by which a type decides. */
    static List<String> fields(SubtaskType<?, ?> type) {
        return Shape.of(type.outputType()).components().stream()
                .filter(each -> isDecisive(each.type()))
                .map(JsonComponent::name)
                .toList();
    }

    /** The fields by which any of these types decides. */
    static Set<String> fields(List<SubtaskType<?, ?>> types) {
        Set<String> fields = new LinkedHashSet<>();
        types.stream().filter(SubtaskType::isDeciding).forEach(type -> fields.addAll(fields(type)));
        return fields;
    }

    /** The names of the constants that any of these types decides by. */
    static Set<String> constants(List<SubtaskType<?, ?>> types) {
        Set<String> constants = new LinkedHashSet<>();
        types.stream()
                .filter(SubtaskType::isDeciding)
                .flatMap(type -> Shape.of(type.outputType()).components().stream())
                .flatMap(each -> constants(each.type()))
                .forEach(constants::add);
        return constants;
    }

    private static boolean isDecisive(JsonType<?> field) {
        return field.rawType() == Boolean.class || field.rawType().isEnum();
    }

    private static Stream<String> constants(JsonType<?> field) {
        return field.rawType().isEnum()
                ? Arrays.stream(field.rawType().getEnumConstants()).map(each -> ((Enum<?>) each).name())
                : Stream.empty();
    }

    /** What is wrong with a condition, now that it is known what decides; empty if nothing is. */
    static Optional<String> trouble(PlannedCondition condition, Source source) {
        List<String> fields = source.decidingFields();
        if (fields.isEmpty()) {
            return Optional.of("%s cannot decide whether others are run".formatted(Quoted.of(condition.from())));
        }
        if (!fields.contains(condition.field())) {
            return Optional.of("%s has no field %s to decide by; it has %s"
                    .formatted(Quoted.of(condition.from()), Quoted.of(condition.field()), String.join(", ", fields)));
        }
        JsonType<?> field = source.field(condition.field()).orElseThrow();
        return isValue(condition.is(), field)
                ? Optional.empty()
                : Optional.of("%s of %s is never %s; it is %s"
                        .formatted(
                                Quoted.of(condition.field()),
                                Quoted.of(condition.from()),
                                Quoted.of(condition.is()),
                                field.rawType() == Boolean.class
                                        ? "true or false"
                                        : "one of " + constants(field).toList()));
    }

    private static boolean isValue(String is, JsonType<?> field) {
        try {
            return switch (Json.parse(is)) {
                case Json.Bool bool -> field.rawType() == Boolean.class;
                case Json.Str name -> constants(field).anyMatch(name.value()::equals);
                default -> false;
            };
        } catch (JsonException unreadable) {
            return false;
        }
    }

    /** The condition as an edge has it. */
    static Condition of(PlannedCondition planned, Source source) {
        Json is = Json.parse(planned.is());
        return new Condition(
                planned.says(), output -> source.bare(output, planned.field()).equals(is));
    }
}
