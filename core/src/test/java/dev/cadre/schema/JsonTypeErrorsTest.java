// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What cannot be expressed is refused by name, before any money is spent on it. */
@SuppressWarnings("rawtypes") // raw types are what is refused
class JsonTypeErrorsTest {
    private static final String INSTEAD =
            " cannot be expressed in a strict schema; use a record, enum, sealed interface, String, number, boolean, date, List, Map or Optional";

    private static void assertRefused(Type type, String message) {
        assertThatThrownBy(() -> JsonType.of(type))
                .isInstanceOf(JsonTypeException.class)
                .hasMessage(message.replace("~", "dev.cadre.schema.JsonTypeErrorsTest$"));
    }

    @Test
    void component_ofInexpressibleType_isNamedByItsPath() {
        record Extra(Object extra) {}
        record Steps(List<Extra> steps) {}
        record Node(Map<String, Optional<JsonNode>> nodes) {}
        record File(Path path) {}
        record Concrete(ArrayList<String> list) {}
        record Letter(char letter) {}

        assertRefused(Steps.class, "Steps.steps[].extra: java.lang.Object" + INSTEAD);
        assertRefused(Node.class, "Node.nodes.value: com.fasterxml.jackson.databind.JsonNode" + INSTEAD);
        assertRefused(File.class, "File.path: java.nio.file.Path" + INSTEAD);
        assertRefused(Concrete.class, "Concrete.list: java.util.ArrayList<java.lang.String>" + INSTEAD);
        assertRefused(Letter.class, "Letter.letter: java.lang.Character" + INSTEAD);
        assertRefused(Runnable.class, "Runnable: java.lang.Runnable" + INSTEAD);
        assertRefused(void.class, "Void: java.lang.Void" + INSTEAD);
    }

    @Test
    void typeThatIsNotDefinite_isRefused() {
        record Raw(List list) {}
        record Wild(List<? extends Number> list) {}
        record Generic<T>(T value) {}

        assertRefused(Raw.class, "Raw.list: java.util.List needs its type arguments");
        assertRefused(
                Wild.class, "Wild.list: ? extends java.lang.Number is not a definite type; name a class in its place");
        assertRefused(Generic.class, "~1Generic: ~1Generic needs its type arguments");
        assertRefused(Map.class, "java.util.Map: java.util.Map needs its type arguments");
    }

    sealed interface Shape permits Square, Blob {}

    record Square(int side) implements Shape {}

    static final class Blob implements Shape {}

    sealed interface Clash permits Kinded {}

    record Kinded(String kind) implements Clash {}

    sealed interface Twins permits Twin, Inner.Twin {}

    record Twin() implements Twins {}

    static final class Inner {
        record Twin() implements Twins {}
    }

    sealed interface Odd<A> permits Even {}

    record Even<B>(B value) implements Odd<List<B>> {}

    @Test
    void sealedInterface_thatCannotBeToldApart_isRefused() {
        record Half(Odd<List<String>> odd) {}

        assertRefused(Shape.class, "Shape(Blob): ~Blob is not a record; a sealed interface may permit only records");
        assertRefused(
                Clash.class,
                "Clash(Kinded): a component named 'kind' hides the property that tells the records apart; rename it");
        assertRefused(Twins.class, "Twins(Twin): two records are named 'Twin'; give one another @JsonTypeName");
        assertRefused(Half.class, "Half.odd(Even): B is not a definite type; name a class in its place");
    }

    enum None {}

    enum Same {
        A,
        @JsonProperty("A")
        B
    }

    record Endless(String name, Endless next) {}

    record Growing<T>(Optional<Growing<List<T>>> next) {}

    @Test
    void otherTraps_areRefused() {
        record TwoNames(String a, @JsonProperty("a") String b) {}
        record NumberKeys(Map<Integer, String> byNumber) {}
        record Twice(Optional<Optional<String>> twice) {}
        record Grows(Growing<String> growing) {}

        assertRefused(TwoNames.class, "TwoNames.b: two components are named 'a' in JSON");
        assertRefused(
                NumberKeys.class,
                "NumberKeys.byNumber: java.lang.Integer cannot be the key of a map; use String, an enum, UUID or a date");
        assertRefused(Twice.class, "Twice.twice: an Optional in an Optional cannot be told from an absent one");
        assertRefused(None.class, "None: ~None has no constants");
        assertRefused(Same.class, "Same: two constants of ~Same are named 'A'");
        assertRefused(
                Endless.class,
                "~Endless: each value would have to contain another; put one component into Optional or List");
        assertThatThrownBy(() -> JsonType.of(Grows.class))
                .isInstanceOf(JsonTypeException.class)
                .hasMessageStartingWith(
                        "Grows refers to ever new types, at last to dev.cadre.schema.JsonTypeErrorsTest$Growing<java.util.List<")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    }
}
