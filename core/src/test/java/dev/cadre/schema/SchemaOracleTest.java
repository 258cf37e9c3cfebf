// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.lang.reflect.Type;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An independent validator agrees with what is written and with what is refused. */
@Tag("slow")
class SchemaOracleTest {
    private static final int VALUES_PER_TYPE = 60;

    private static final SchemaRegistry ORACLE = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

    private final long seed = Long.getLong("cadre.seed", new Random().nextLong());

    static Stream<Type> types() {
        return Samples.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("types")
    void writtenValue_isAcceptedByTheSchemaAndReadBack(Type type) {
        var random = new Random(seed);
        var jsonType = typed(type);
        var schema = oracle(jsonType);
        for (int i = 0; i < VALUES_PER_TYPE; i++) {
            var text = jsonType.write(new RandomValues(random).of(jsonType.javaType(), 0));

            assertThat(schema.validate(text, InputFormat.JSON))
                    .as("seed %d: %s", seed, text)
                    .isEmpty();
            assertThat(jsonType.write(jsonType.read(text))).as("seed %d", seed).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void mutatedDocument_isRefusedByBothOrNeither(Type type) {
        var random = new Random(seed);
        var jsonType = typed(type);
        var schema = oracle(jsonType);
        for (int i = 0; i < VALUES_PER_TYPE; i++) {
            var document = jsonType.toJson(new RandomValues(random).of(jsonType.javaType(), 0));
            var mutant = new Mutation(random).of(document).write();

            boolean isRefused = !schema.validate(mutant, InputFormat.JSON).isEmpty();
            assertThat(isRefused(jsonType, mutant))
                    .as("seed %d: %s", seed, mutant)
                    .isEqualTo(isRefused);
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void mutatedDocument_isRefusedByTheGivenSchemaAndTheOracleOrNeither(Type type) {
        var random = new Random(seed);
        var jsonType = typed(type);
        var given = JsonType.ofSchema(jsonType.schema());
        var schema = oracle(jsonType);
        for (int i = 0; i < VALUES_PER_TYPE; i++) {
            var document = jsonType.toJson(new RandomValues(random).of(jsonType.javaType(), 0));
            var mutant = new Mutation(random).of(document).write();

            assertThat(isRefused(given, document.write()))
                    .as("seed %d: %s", seed, document)
                    .isFalse();
            assertThat(isRefused(given, mutant))
                    .as("seed %d: %s", seed, mutant)
                    .isEqualTo(!schema.validate(mutant, InputFormat.JSON).isEmpty());
        }
    }

    private static boolean isRefused(JsonType<?> type, String text) {
        try {
            type.read(text);
            return false;
        } catch (JsonMismatchException e) {
            return true;
        }
    }

    private static Schema oracle(JsonType<?> type) {
        return ORACLE.getSchema(type.schema(), InputFormat.JSON);
    }

    @SuppressWarnings("unchecked") // the random values are of this type
    private static JsonType<Object> typed(Type type) {
        return (JsonType<Object>) JsonType.of(type);
    }
}
