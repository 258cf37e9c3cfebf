// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * A keyword that a schema in strict mode may have: the kinds of value that it applies to, and how its argument is
 * read into a {@link StrictSchema}. Keywords are read, and defects of a value are reported, in the order of these
 * constants.
 */
@SuppressWarnings("ImmutableEnumChecker") // its set is of constants, its functions have no state
enum Keyword {
    TYPE("type", (schema, argument) -> schema.kinds = argument.kinds()),
    ENUM("enum", (schema, argument) -> schema.allowed = argument.scalars()),
    CONST("const", (schema, argument) -> schema.constant = List.of(argument.scalar())),
    ANY_OF("anyOf", (schema, argument) -> schema.branches = argument.schemas()),
    TITLE("title", (schema, argument) -> argument.string()),
    DESCRIPTION("description", (schema, argument) -> argument.string()),
    PROPERTIES("properties", JsonKind.OBJECT, (schema, argument) -> schema.properties = argument.schemasByName()),
    REQUIRED("required", JsonKind.OBJECT, (schema, argument) -> schema.required = argument.names()),
    ADDITIONAL("additionalProperties", JsonKind.OBJECT, (schema, argument) -> schema.isClosed = argument.isFalse()),
    ITEMS("items", JsonKind.ARRAY, (schema, argument) -> schema.items = argument.schema()),
    MIN_ITEMS("minItems", JsonKind.ARRAY, sign -> sign >= 0, "at least"),
    MAX_ITEMS("maxItems", JsonKind.ARRAY, sign -> sign <= 0, "at most"),
    MULTIPLE_OF("multipleOf", JsonKind.NUMBER, rule(unit -> ValueRule.multipleOf(unit.positive()))),
    MINIMUM("minimum", JsonKind.NUMBER, sign -> sign >= 0, "at least"),
    MAXIMUM("maximum", JsonKind.NUMBER, sign -> sign <= 0, "at most"),
    ABOVE("exclusiveMinimum", JsonKind.NUMBER, sign -> sign > 0, "above"),
    BELOW("exclusiveMaximum", JsonKind.NUMBER, sign -> sign < 0, "below"),
    FORMAT("format", JsonKind.STRING, rule(KeywordArgument::format)),
    PATTERN("pattern", JsonKind.STRING, rule(KeywordArgument::pattern));

    final String word;
    private final Set<JsonKind> kinds;
    private final BiConsumer<StrictSchema, KeywordArgument> reader;

    /** A keyword that applies to values of all kinds. */
    Keyword(String word, BiConsumer<StrictSchema, KeywordArgument> reader) {
        this.word = word;
        this.kinds = Set.of();
        this.reader = reader;
    }

    Keyword(String word, JsonKind kind, BiConsumer<StrictSchema, KeywordArgument> reader) {
        this.word = word;
        this.kinds = kind == JsonKind.NUMBER ? Set.of(JsonKind.INTEGER, kind) : Set.of(kind);
        this.reader = reader;
    }

    /** A keyword that limits a number, or the number of items in an array. */
    Keyword(String word, JsonKind kind, IntPredicate fits, String relation) {
        this(
                word,
                kind,
                rule(limit -> kind == JsonKind.ARRAY
                        ? ValueRule.count(limit.count(), fits, relation)
                        : ValueRule.bound(limit.number(), fits, relation)));
    }

    private static BiConsumer<StrictSchema, KeywordArgument> rule(Function<KeywordArgument, ValueRule> rule) {
        return (schema, argument) -> schema.rules.add(rule.apply(argument));
    }

    static Optional<Keyword> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }

    /** Whether it says something of the values that a schema allows. */
    boolean appliesTo(StrictSchema schema) {
        return kinds.isEmpty() || schema.kinds.stream().anyMatch(kinds::contains);
    }

    void read(StrictSchema schema, KeywordArgument argument) {
        reader.accept(schema, argument);
    }

    /** The kinds that it applies to, such as {@code integer or number}. */
    String kinds() {
        return String.join(
                " or ", kinds.stream().map(JsonKind::toString).sorted().toList());
    }
}
