// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cadre.json.Json;
import dev.cadre.schema.Samples.Flat;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonTypeComponentsTest {
    record Query(
            @JsonProperty("search_term") @JsonPropertyDescription("What to look for.")
            String term,

            List<Integer> pages,
            Optional<Flat> flat) {}

    private final JsonType<Query> queryType = new JsonType<>(Query.class);

    @Test
    void components_haveNamesTypesAndDescriptions_inOrder() {
        assertThat(queryType.components())
                .containsExactly(
                        new JsonComponent("search_term", JsonType.of(String.class), "What to look for."),
                        new JsonComponent("pages", JsonType.of(int.class).list(), ""),
                        new JsonComponent("flat", JsonType.of(generic(Optional.class, Flat.class)), ""));
        assertThat(JsonType.of(String.class).components()).isEmpty();
    }

    @Test
    void element_ofListLikeTypes_isKnown() {
        var pages = queryType.components().get(1).type();

        assertThat(pages.element().orElseThrow().rawType()).isEqualTo(Integer.class);
        assertThat(JsonType.of(int[][].class)
                        .element()
                        .orElseThrow()
                        .element()
                        .orElseThrow()
                        .rawType())
                .isEqualTo(Integer.class);
        assertThat(queryType.element()).isEmpty();
    }

    @Test
    void component_isBareJson_andEmptyForAnAbsentOptional() {
        var query = new Query("retry", List.of(1, 2), Optional.empty());

        assertThat(queryType.component(query, "search_term")).contains(new Json.Str("retry"));
        assertThat(queryType.component(query, "pages").map(Json::write)).contains("[1,2]");
        assertThat(queryType.component(query, "flat")).isEmpty();
        assertThatThrownBy(() -> queryType.component(query, "term"))
                .hasMessage(Query.class.getName() + " has no component 'term'");
    }

    @Test
    void tree_makesTheRecord_orListsEveryDefect() {
        var parts =
                Map.of("search_term", new Json.Str("retry"), "pages", Json.arr(Json.Num.of(1)), "flat", Json.Null.NULL);

        assertThat(queryType.read(new Json.Obj(parts))).isEqualTo(new Query("retry", List.of(1), Optional.empty()));
        assertThatThrownBy(() -> queryType.read(Json.obj().with("pages", Json.arr(new Json.Str("1")))))
                .isInstanceOfSatisfying(
                        JsonMismatchException.class,
                        e -> assertThat(e.defects())
                                .containsExactly(
                                        "$.search_term: missing",
                                        "$.pages[0]: expected a whole number, got a string",
                                        "$.flat: missing"));
    }

    @Test
    void sameType_isCompiledOnce_andEqualsTheJdksForm() throws NoSuchMethodException {
        var pages = Query.class.getDeclaredMethod("pages").getGenericReturnType();

        assertThat(JsonType.of(pages)).isSameAs(JsonType.of(Integer.class).list());
        assertThat(JsonType.of(pages).javaType()).isEqualTo(pages).hasSameHashCodeAs(pages);
        assertThat(pages).isEqualTo(JsonType.of(pages).javaType());
        assertThat(JsonType.of(int.class).rawType()).isEqualTo(Integer.class);
    }

    static List<Type[]> widenings() {
        return List.of(
                new Type[] {String.class, String.class},
                new Type[] {long.class, int.class},
                new Type[] {Integer.class, byte.class},
                new Type[] {double.class, int.class},
                new Type[] {BigDecimal.class, long.class},
                new Type[] {BigDecimal.class, double.class},
                new Type[] {BigInteger.class, Long.class},
                new Type[] {generic(Optional.class, Long.class), int.class},
                new Type[] {OptionalLong.class, OptionalInt.class},
                new Type[] {OptionalInt.class, generic(Optional.class, Integer.class)},
                new Type[] {generic(List.class, Long.class), generic(Set.class, Integer.class)},
                new Type[] {
                    generic(Optional.class, generic(Collection.class, Long.class)), generic(List.class, Long.class)
                });
    }

    @ParameterizedTest
    @MethodSource("widenings")
    void accepts_whatCanAlwaysBeRead(Type target, Type produced) {
        assertThat(JsonType.of(target).accepts(JsonType.of(produced))).isTrue();
    }

    static List<Type[]> narrowings() {
        return List.of(
                new Type[] {String.class, int.class},
                new Type[] {int.class, long.class},
                new Type[] {double.class, long.class},
                new Type[] {float.class, int.class},
                new Type[] {long.class, double.class},
                new Type[] {double.class, BigDecimal.class},
                new Type[] {Integer.class, OptionalInt.class},
                new Type[] {generic(Set.class, Long.class), generic(List.class, Long.class)},
                new Type[] {generic(List.class, Integer.class), generic(List.class, Long.class)},
                new Type[] {generic(List.class, Integer.class), Integer.class},
                // as an alternative of its interface it has a kind, alone it has none
                new Type[] {Samples.Step.class, Samples.Search.class});
    }

    @ParameterizedTest
    @MethodSource("narrowings")
    void accepts_nothingThatMayBeRefused(Type target, Type produced) {
        assertThat(JsonType.of(target).accepts(JsonType.of(produced))).isFalse();
    }

    private static Type generic(Class<?> raw, Type argument) {
        return new GenericType(raw, List.of(GenericType.canonical(argument, Map.of(), "test")));
    }
}
