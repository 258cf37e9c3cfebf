// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.eval.Proportion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The results as text: a row for each section and each group of them, then the failures by cause. */
record ResultTable(List<TrialResult> results, int repetitions) {
    private static final String ROW = "%-24s %5s  %-36s %-12s %9s %9s %8s%n";

    ResultTable {
        results = List.copyOf(results);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(ROW.formatted(
                "section", "n", "passed (95 % interval)", "pass^" + repetitions, "in/item", "out/item", "s/item"));
        Map<String, List<TrialResult>> sections = grouped(results);
        Map<String, List<String>> groups = sections.keySet().stream()
                .collect(Collectors.groupingBy(ResultTable::group, LinkedHashMap::new, Collectors.toList()));
        groups.forEach((group, names) -> {
            names.forEach(name -> text.append(row(name, sections.getOrDefault(name, List.of()))));
            if (names.size() > 1) {
                text.append(row(
                        "= " + group,
                        results.stream()
                                .filter(each -> group(each.trial().section()).equals(group))
                                .toList()));
            }
        });
        return text.append(failures()).toString();
    }

    private static Map<String, List<TrialResult>> grouped(Collection<TrialResult> results) {
        return results.stream()
                .collect(
                        Collectors.groupingBy(each -> each.trial().section(), LinkedHashMap::new, Collectors.toList()));
    }

    private static String group(String section) {
        return section.contains(".") ? section.substring(0, section.indexOf('.')) : section;
    }

    private static String row(String name, List<TrialResult> results) {
        long passed = results.stream().filter(TrialResult::passed).count();
        double seconds = results.stream()
                        .map(TrialResult::took)
                        .mapToLong(Duration::toMillis)
                        .sum()
                / 1000.0;
        long in = results.stream()
                .mapToLong(each -> each.conversation().inputTokens())
                .sum();
        long out = results.stream()
                .mapToLong(each -> each.conversation().outputTokens())
                .sum();
        int n = results.size();
        return ROW.formatted(
                name,
                n,
                new Proportion(passed, n),
                alwaysPassed(results),
                "%,d".formatted(Math.round((double) in / n)),
                "%,d".formatted(Math.round((double) out / n)),
                String.format(Locale.ROOT, "%.1f", seconds / n));
    }

    /** The exercises that passed in every repetition. */
    private static String alwaysPassed(List<TrialResult> results) {
        Map<String, Boolean> exercises = results.stream()
                .collect(Collectors.toMap(
                        each -> each.trial().section() + "/" + each.trial().exercise(),
                        TrialResult::passed,
                        Boolean::logicalAnd));
        return "%d of %d"
                .formatted(exercises.values().stream().filter(passed -> passed).count(), exercises.size());
    }

    private String failures() {
        var byCause = new EnumMap<Cause, List<TrialResult>>(Cause.class);
        results.stream()
                .filter(each -> !each.passed())
                .forEach(each -> byCause.computeIfAbsent(each.verdict().cause(), cause -> new ArrayList<>())
                        .add(each));
        var text = new StringBuilder();
        byCause.forEach((cause, each) -> {
            text.append("%n%s (%s): %d%n".formatted(cause, cause.words(), each.size()));
            each.forEach(result -> text.append(
                    "  %s: %s%n".formatted(result.trial(), result.verdict().detail())));
        });
        return text.toString();
    }
}
