// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {
    private static final Json ONE = Json.Num.of(1);
    private static final Json TWO = Json.Num.of(2);

    /** Searched one by one, and through an index. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 15, 16, 17, 18, 100})
    void fieldsOfAnySize_areThoseOfAMap(int size) {
        var expected = new LinkedHashMap<String, Json>();
        Fields fields = Fields.NONE;
        for (int i = size; i > 0; i--) {
            expected.put("f" + i, Json.Num.of(i));
            fields = fields.with("f" + i, Json.Num.of(i));
        }

        assertThat(fields).isEqualTo(expected).hasSameHashCodeAs(expected).hasSize(size);
        assertThat(expected).isEqualTo(fields);
        assertThat(List.copyOf(fields.keySet())).isEqualTo(List.copyOf(expected.keySet()));
        assertThat(List.copyOf(fields.values())).isEqualTo(List.copyOf(expected.values()));
        assertThat(fields).hasToString(expected.toString());
        expected.forEach(
                (name, value) -> assertThat(Fields.of(expected).get(name)).isEqualTo(value));
        assertThat(fields.containsKey("f" + (size + 1))).isFalse();
        assertThat(fields.get("f" + (size + 1))).isNull();
        assertThat(fields.get(7)).isNull();
    }

    @Test
    void with_leavesTheEarlierFieldsAsTheyWere() {
        var dice = new SplittableRandom(7);
        Map<String, Json> expected = new LinkedHashMap<>();
        Fields fields = Fields.NONE;
        for (int i = 0; i < 200; i++) {
            Fields earlier = fields;
            Map<String, Json> before = new LinkedHashMap<>(expected);
            String name = "f" + dice.nextInt(40);
            expected.put(name, Json.Num.of(i));
            fields = fields.with(name, Json.Num.of(i));

            assertThat(earlier).isEqualTo(before);
            assertThat(List.copyOf(fields.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
        }
    }

    @Test
    void of_copiesAMap_andSortsOneWithoutAnOrder() {
        var given = new LinkedHashMap<String, Json>();
        given.put("b", ONE);
        given.put("a", TWO);
        Fields fields = Fields.of(given);
        given.clear();

        assertThat(fields).hasToString("{b=Num[value=1], a=Num[value=2]}");
        assertThat(Fields.of(fields)).isSameAs(fields);
        assertThat(Fields.of(Map.of("b", ONE, "c", ONE, "a", TWO)).keySet()).containsExactly("a", "b", "c");
    }

    @Test
    @SuppressWarnings("NullAway") // what is refused
    void null_isRefused() {
        var keys = new LinkedHashMap<String, Json>();
        keys.put(null, ONE);
        var values = new LinkedHashMap<String, Json>();
        values.put("a", null);

        for (var given : Arrays.asList(keys, values)) {
            assertThatThrownBy(() -> Fields.of(given))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("a JSON object with a null key or value: keys [");
        }
        assertThatThrownBy(() -> Json.obj().with("a", (Json) null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Json.obj().with(null, ONE)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nobody_canChangeThem() {
        Map<String, Json> fields = Json.obj().with("a", ONE).fields();
        var walk = fields.entrySet().iterator();
        var entry = walk.next();

        assertThatThrownBy(() -> fields.put("a", TWO)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> fields.remove("a")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(fields::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> entry.setValue(TWO)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(walk::remove).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(walk::next).isInstanceOf(NoSuchElementException.class);
        assertThat(fields).containsExactly(Map.entry("a", ONE));
    }
}
