// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/** Makes values of any supported type, by its own walk over the type. */
final class RandomValues {
    private static final List<String> TEXTS = List.of(
            "",
            "plain",
            "\"quoted\" \\ {}[]",
            "}]{",
            "日本語",
            "🙂",
            "\ud800",
            "\u0000\u001f",
            "\u202eabc",
            "\uffff",
            "a\nb");

    private final Random random;

    RandomValues(Random random) {
        this.random = random;
    }

    Object of(Type type, int depth) {
        var raw = GenericType.rawOf(type);
        if (raw.isRecord()) {
            return record(type, raw, depth);
        }
        if (raw.isEnum()) {
            return raw.getEnumConstants()[random.nextInt(raw.getEnumConstants().length)];
        }
        if (raw.isSealed()) {
            return variant(type, raw, depth);
        }
        if (raw.isArray()) {
            var array = Array.newInstance(raw.getComponentType(), size(depth));
            for (int i = 0; i < Array.getLength(array); i++) {
                Array.set(array, i, of(GenericType.canonical(raw.getComponentType(), Map.of(), "array"), depth + 1));
            }
            return array;
        }
        return container(type, raw, depth);
    }

    private Object container(Type type, Class<?> raw, int depth) {
        var arguments = GenericType.argumentsOf(type);
        if (raw == Optional.class) {
            return isAbsent(depth) ? Optional.empty() : Optional.of(of(arguments.getFirst(), depth + 1));
        }
        if (raw == Map.class) {
            var map = new LinkedHashMap<Object, Object>();
            for (int i = size(depth); i > 0; i--) {
                map.put(of(arguments.getFirst(), depth + 1), of(arguments.getLast(), depth + 1));
            }
            return map;
        }
        if (Iterable.class.isAssignableFrom(raw)) {
            var items = new ArrayList<Object>();
            for (int i = size(depth); i > 0; i--) {
                items.add(of(arguments.getFirst(), depth + 1));
            }
            return raw == Set.class ? new LinkedHashSet<>(items) : items;
        }
        return scalar(raw);
    }

    private Object scalar(Class<?> raw) {
        return switch (raw.getSimpleName()) {
            case "String" -> TEXTS.get(random.nextInt(TEXTS.size())) + (random.nextBoolean() ? random.nextInt() : "");
            case "Boolean" -> random.nextBoolean();
            case "Byte" -> (byte) random.nextInt();
            case "Short" -> (short) random.nextInt();
            case "Integer" -> random.nextInt() >> random.nextInt(32);
            case "Long" -> random.nextLong() >> random.nextInt(64);
            case "Float" -> random.nextFloat() * 1e30f;
            case "Double" -> random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
            case "BigDecimal" -> new BigDecimal(new BigInteger(100, random), random.nextInt(60) - 30);
            case "BigInteger" -> new BigInteger(200, random).negate();
            case "OptionalInt" -> random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(random.nextInt());
            case "OptionalLong" -> random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextLong());
            case "OptionalDouble" ->
                random.nextBoolean() ? OptionalDouble.empty() : OptionalDouble.of(random.nextDouble());
            case "Instant" -> instant();
            case "LocalDate" -> LocalDate.ofInstant(instant(), ZoneOffset.UTC);
            case "LocalDateTime" -> LocalDateTime.ofInstant(instant(), ZoneOffset.UTC);
            case "Duration" -> Duration.ofMillis(random.nextInt(1_000_000_000));
            case "UUID" -> new UUID(random.nextLong(), random.nextLong());
            case "URI" -> URI.create("https://example.com/" + random.nextInt());
            default -> throw new AssertionError("no random values of " + raw);
        };
    }

    private Instant instant() {
        return Instant.ofEpochSecond(random.nextInt(), random.nextBoolean() ? 0 : random.nextInt(1_000_000_000));
    }

    private Object record(Type type, Class<?> raw, int depth) {
        var variables = GenericType.variablesOf(type);
        var arguments = Arrays.stream(raw.getRecordComponents())
                .map(c -> of(GenericType.canonical(c.getGenericType(), variables, c.getName()), depth + 1))
                .toArray();
        var types = Arrays.stream(raw.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            var constructor = raw.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private Object variant(Type type, Class<?> raw, int depth) {
        var permitted = raw.getPermittedSubclasses();
        // the first variant of each sample contains no other value, so deep values come to an end
        var chosen = depth > 6 ? permitted[0] : permitted[random.nextInt(permitted.length)];
        // the sample records have at most the parameter of their interface
        return of(
                chosen.getTypeParameters().length == 0
                        ? chosen
                        : new GenericType(chosen, GenericType.argumentsOf(type)),
                depth + 1);
    }

    private boolean isAbsent(int depth) {
        return depth > 6 || random.nextBoolean();
    }

    private int size(int depth) {
        return depth > 6 ? 0 : random.nextInt(4);
    }
}
