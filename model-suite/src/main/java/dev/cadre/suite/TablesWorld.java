// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.World.code;
import static dev.cadre.suite.World.found;
import static dev.cadre.suite.WorldGoal.goal;

import dev.cadre.task.SubtaskType;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Two tables: sales by region, and staff. */
final class TablesWorld {
    private static final Map<String, Table> TABLES = Map.of(
            "sales",
                    new Table(
                            List.of("units", "revenue"),
                            List.of(
                                    new Row("north", List.of(120, 3600)), new Row("south", List.of(80, 2400)),
                                    new Row("east", List.of(45, 1350)), new Row("west", List.of(200, 6000)))),
            "staff",
                    new Table(
                            List.of("age", "years"),
                            List.of(
                                    new Row("Ana", List.of(31, 4)), new Row("Bo", List.of(45, 12)),
                                    new Row("Cy", List.of(28, 2)), new Row("Di", List.of(52, 20)))));

    private record Table(List<String> columns, List<Row> rows) {
        int index(String column) {
            int index = columns.indexOf(column);
            if (index < 0) {
                throw new IllegalArgumentException("there is no column '%s', only %s".formatted(column, columns));
            }
            return index;
        }
    }

    private record Row(String name, List<Integer> numbers) {}

    record Named(String table) {}

    record Columns(List<String> columns) {}

    record Column(String table, String column) {}

    record Filter(String table, String column, Optional<Integer> atLeast, Optional<Integer> atMost) {}

    record Names(List<String> names) {}

    record Total(int total) {}

    record Largest(String name, int value) {}

    static final World WORLD = World.of("tables", TablesWorld::types, "table", "column")
            .with(
                    goal("total-units", "What is the total of the column units in the table sales?")
                            .uses("sum_column")
                            .mentions("sales")
                            .mentions("units")
                            .atMost(1)
                            .answers("445"),
                    goal("at-least", "Which rows of the table sales have at least 100 in the column units?")
                            .uses("filter_rows")
                            .mentions("100")
                            .leavesOut("atMost")
                            .atMost(1)
                            .answers("north", "west")
                            .answersNot("south", "east"),
                    goal("between", "Who in the table staff has at least 30 and at most 50 in the column age?")
                            .uses("filter_rows")
                            .mentions("30")
                            .mentions("50")
                            .answers("ana", "bo")
                            .answersNot("cy", "di"),
                    goal(
                                    "best-region",
                                    "Which row of the table sales has the largest value in the column revenue, and what is it?")
                            .uses("largest_row")
                            .mentions("revenue")
                            .atMost(1)
                            .answers("west", "6000"),
                    goal(
                                    "two-totals",
                                    "What is the total of the column revenue in the table sales, and what is the total of the column years in the table staff?")
                            .times("sum_column", 2)
                            .mentions("revenue")
                            .mentions("years")
                            .depth(1, 1)
                            .answers("13350", "38"),
                    goal("every-column", "What is the total of each column of the table sales?")
                            .uses("list_columns", "sum_column")
                            .mentions("sales")
                            .fansOut("sum_column")
                            .depth(2, 2)
                            .answers("445", "13350"));

    private TablesWorld() {}

    static List<SubtaskType<?, ?>> types() {
        return List.of(
                code(
                        "list_columns",
                        Named.class,
                        Columns.class,
                        "The columns of a table.",
                        asked -> new Columns(table(asked.table()).columns())),
                code(
                        "sum_column",
                        Column.class,
                        Total.class,
                        "The total of a column of a table.",
                        asked -> new Total(values(asked).stream()
                                .mapToInt(Integer::intValue)
                                .sum())),
                code(
                        "filter_rows",
                        Filter.class,
                        Names.class,
                        "The names of the rows whose value in a column lies within limits.",
                        TablesWorld::filter),
                code(
                        "largest_row",
                        Column.class,
                        Largest.class,
                        "The name and value of the row with the largest value in a column.",
                        TablesWorld::largest));
    }

    private static Table table(String name) {
        return found(TABLES.get(name), "table '%s'".formatted(name));
    }

    private static List<Integer> values(Column asked) {
        Table table = table(asked.table());
        int index = table.index(asked.column());
        return table.rows().stream().map(row -> row.numbers().get(index)).toList();
    }

    private static Names filter(Filter asked) {
        Table table = table(asked.table());
        int index = table.index(asked.column());
        return new Names(table.rows().stream()
                .filter(row -> row.numbers().get(index) >= asked.atLeast().orElse(Integer.MIN_VALUE))
                .filter(row -> row.numbers().get(index) <= asked.atMost().orElse(Integer.MAX_VALUE))
                .map(Row::name)
                .toList());
    }

    private static Largest largest(Column asked) {
        Table table = table(asked.table());
        int index = table.index(asked.column());
        return table.rows().stream()
                .max(Comparator.comparing(row -> row.numbers().get(index)))
                .map(row -> new Largest(row.name(), row.numbers().get(index)))
                .orElseThrow();
    }
}
