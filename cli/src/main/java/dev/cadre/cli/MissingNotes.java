// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.task.Missing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a partial answer lacks, in a line for each reason. */
final class MissingNotes {
    private static final int NAMED = 3;

    /** The words for programs that stand in front of a reason. */
    private static final Pattern CODES = Pattern.compile("\\b(?:failed|skipped): (?:[A-Z][A-Z_]+: )?");

    private MissingNotes() {}

    static List<String> of(List<Missing> missing) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        for (Missing each : missing) {
            byReason.computeIfAbsent(CODES.matcher(each.reason()).replaceAll(""), reason -> new ArrayList<>())
                    .add(each.subtaskId());
        }
        return byReason.entrySet().stream()
                .map(each -> "missing: %s: %s".formatted(names(each.getValue()), each.getKey()))
                .toList();
    }

    private static String names(List<String> ids) {
        String named = ids.stream().limit(NAMED).collect(Collectors.joining(", "));
        int others = ids.size() - NAMED;
        return others > 0 ? "%s and %d more".formatted(named, others) : named;
    }
}
