// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.schema.JsonMismatchException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Types with their arguments: how a model sees them, and which are refused. */
class TypeRefTest {
    record Note(String text) {}

    record Pair<A, B>(A first, B second) {}

    private static <T> String roundTrip(TypeRef<T> type, T value) {
        String written = type.jsonType().write(value);
        assertThat(type.jsonType().read(written)).isEqualTo(value);
        return written;
    }

    @Test
    void values_areWrappedAndUnwrapped() {
        assertThat(roundTrip(new TypeRef<>() {}, List.of(new Note("a"), new Note("b"))))
                .isEqualTo("{\"value\":[{\"text\":\"a\"},{\"text\":\"b\"}]}");
        assertThat(roundTrip(new TypeRef<>() {}, Map.of("x", new Note("a"))))
                .isEqualTo("{\"value\":[{\"key\":\"x\",\"value\":{\"text\":\"a\"}}]}");
        assertThat(roundTrip(new TypeRef<>() {}, Optional.of(new Note("a")))).isEqualTo("{\"value\":{\"text\":\"a\"}}");
        assertThat(roundTrip(new TypeRef<Optional<Note>>() {}, Optional.empty()))
                .isEqualTo("{\"value\":null}");
        assertThat(roundTrip(
                        new TypeRef<>() {}, List.of(Map.of("x", List.of(Optional.of(1), Optional.<Integer>empty())))))
                .isEqualTo("{\"value\":[[{\"key\":\"x\",\"value\":[1,null]}]]}");
        assertThat(roundTrip(new TypeRef<>() {}, new Pair<>(new Note("a"), List.of(1))))
                .isEqualTo("{\"first\":{\"text\":\"a\"},\"second\":[1]}");
    }

    @Test
    void schemaOfAList_isAnObjectAtTheRoot() {
        assertThat(new TypeRef<List<Note>>() {}.jsonType().schema())
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{\"value\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
                                + "\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"],"
                                + "\"additionalProperties\":false}}},\"required\":[\"value\"],\"additionalProperties\":false}");
        assertThat(new TypeRef<List<Note>>() {}.jsonType().schemaName()).isEqualTo("List_Note");
    }

    @Test
    void defects_nameThePlaceInWhatTheModelWrote() {
        assertThatThrownBy(() -> new TypeRef<List<Note>>() {}.jsonType().read("{\"value\":[{\"text\":1}]}"))
                .isInstanceOf(JsonMismatchException.class)
                .hasMessage("$.value[0].text: expected a string, got a number");
    }

    @Test
    void class_isTheSameTypeAsAReferenceToIt() {
        assertThat(new TypeRef<Note>() {}).isEqualTo(TypeRef.of(Note.class)).hasSameHashCodeAs(TypeRef.of(Note.class));
        assertThat(new TypeRef<List<Note>>() {})
                .isEqualTo(new TypeRef<List<Note>>() {})
                .isNotEqualTo(new TypeRef<Set<Note>>() {})
                .hasToString("TypeRef<java.util.List<dev.cadre.task.TypeRefTest$Note>>");
    }

    @Test
    void subclassOfASubclass_hasTheTypeOfItsParent() {
        class Notes extends TypeRef<List<Note>> {}

        assertThat(new Notes() {}).isEqualTo(new TypeRef<List<Note>>() {});
    }

    @Test
    void identity_tellsTypesOfOneSchemaApart_andIsTheSchemaOfAClass() {
        var list = new TypeRef<List<Note>>() {}.jsonType();
        var set = new TypeRef<Set<Note>>() {}.jsonType();

        assertThat(list.schema()).isEqualTo(set.schema());
        assertThat(list.identity())
                .isEqualTo(list.schema() + " of java.util.List<dev.cadre.task.TypeRefTest$Note>")
                .isNotEqualTo(set.identity());
        assertThat(TypeRef.of(Note.class).jsonType().identity())
                .isEqualTo(TypeRef.of(Note.class).jsonType().schema());
    }

    private static <T> TypeRef<List<T>> listOf() {
        return new TypeRef<>() {};
    }

    @Test
    @SuppressWarnings("rawtypes") // what is refused
    void typesThatAreNotDefinite_areRefused() {
        assertRefused(TypeRefTest::listOf, "java.util.List<T>: T is not a definite type; name a class in its place");
        assertRefused(
                () -> new TypeRef<List<? extends Number>>() {},
                "java.util.List<? extends java.lang.Number>: ? extends java.lang.Number is not a definite type;"
                        + " name a class in its place");
        assertRefused(() -> new TypeRef<List>() {}, "java.util.List: java.util.List needs its type arguments");
        assertRefused(
                () -> new TypeRef() {},
                "dev.cadre.task.TypeRefTest$" + "%d needs a type argument: new TypeRef<List<Note>>() {}");
        assertRefused(() -> new TypeRef<List<Thread>>() {}, "List_Thread[]: java.lang.Thread cannot be expressed");
    }

    private static void assertRefused(Runnable making, String message) {
        assertThatThrownBy(making::run)
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage().replaceAll("\\$\\d+ needs", "\\$%d needs"))
                        .startsWith(message));
    }
}
