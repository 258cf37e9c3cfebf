// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** One type for each shape that a schema can have. */
final class Samples {
    record Flat(String title, boolean done, int count, long size, double score) {}

    enum Tier {
        NANO,
        MINI,
        @JsonProperty("flagship")
        FLAGSHIP
    }

    record Choice(Tier tier, Optional<Tier> fallback) {}

    sealed interface Step permits Search, Summarize {}

    record Search(String term, Tier tier) implements Step {}

    record Summarize(@JsonProperty("max_words") int maxWords) implements Step {}

    record Steps(List<Step> steps, Optional<Step> last) {}

    record Lists(List<String> names, Set<Integer> sizes, Collection<Flat> flats, List<List<Long>> rows, int[][] grid) {}

    record Nested(Flat first, Flat second, Choice choice) {}

    record Tree(String label, List<Tree> children) {}

    sealed interface Expr permits Number, Sum, Expr.Named {

        sealed interface Named extends Expr permits Variable {}
    }

    record Number(int value) implements Expr {}

    record Sum(Expr left, Expr right, List<Number> seen) implements Expr {}

    @JsonTypeName("var")
    record Variable(String name) implements Expr.Named {}

    record Optionals(
            Optional<String> text,
            Optional<Flat> flat,
            Optional<List<String>> list,
            OptionalInt small,
            OptionalLong large,
            OptionalDouble fraction,
            List<Optional<String>> gaps) {}

    record Maps(Map<String, Integer> counts, Map<Tier, List<Flat>> byTier) {}

    record Dates(Instant at, LocalDate day, LocalDateTime local, Duration took) {}

    record Others(UUID id, URI link, BigDecimal exact, BigInteger huge, byte b, short s, float f, Boolean flag) {}

    @JsonClassDescription("A person to be greeted.")
    record Described(
            @JsonProperty("full_name") @JsonPropertyDescription("First name, then last name.")
            String fullName,

            @JsonPropertyDescription("The dearer, the better.")
            Tier tier,

            @JsonPropertyDescription("What else.") Optional<Tier> other) {}

    record Box<T>(T content, Optional<T> spare) {}

    record Boxes(Box<String> text, Box<Flat> flat, Box<Box<Integer>> deep) {}

    sealed interface Result<V> permits Ok, Bad {}

    record Ok<A>(A value) implements Result<A> {}

    record Bad<B>(String why) implements Result<B> {}

    record Results(Result<Flat> flat, Result<List<String>> list) {}

    record Empty() {}

    private record Hidden(String secret) {}

    static final List<Type> ALL = List.of(
            Flat.class,
            Choice.class,
            Steps.class,
            Lists.class,
            Nested.class,
            Tree.class,
            Sum.class,
            Optionals.class,
            Maps.class,
            Dates.class,
            Others.class,
            Described.class,
            Boxes.class,
            Results.class,
            Empty.class,
            Hidden.class,
            // roots that are wrapped
            Step.class,
            Expr.class,
            Tier.class,
            String.class,
            Long.class,
            String[].class,
            listOf(Tree.class),
            listOf(Step.class));

    private Samples() {}

    static Type listOf(Type element) {
        return new GenericType(List.class, List.of(element));
    }
}
