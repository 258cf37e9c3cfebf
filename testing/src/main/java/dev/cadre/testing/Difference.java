// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Two JSON documents compared line by line, for messages: what was expected with {@code -}, what came with {@code +}.
 * The lines in common are found as a longest common subsequence; far from a difference they are left out.
 */
final class Difference {
    private static final int CONTEXT_LINES = 3;
    /** Beyond this the comparison would cost more than it tells; the rest is compared as a block. */
    private static final int MAX_LINES = 600;

    private Difference() {}

    /** Orders documents by how much of another one they hold, the nearest first. */
    static <T> Comparator<T> nearestTo(Json wanted, java.util.function.Function<T, Json> document) {
        List<String> lines = lines(wanted);
        String text = wanted.write();
        return Comparator.<T>comparingInt(each -> -shared(lines, lines(document.apply(each))))
                .thenComparingInt(each -> -alike(text, document.apply(each).write()));
    }

    private static int shared(List<String> a, List<String> b) {
        Map<String, Integer> left = new HashMap<>();
        a.forEach(line -> left.merge(line, 1, Integer::sum));
        int shared = 0;
        for (String line : b) {
            if (left.merge(line, -1, Integer::sum) >= 0) {
                shared++;
            }
        }
        return 2 * shared - b.size();
    }

    /** The characters that two texts begin and end with alike. */
    private static int alike(String a, String b) {
        int most = Math.min(a.length(), b.length());
        int head = 0;
        while (head < most && a.charAt(head) == b.charAt(head)) {
            head++;
        }
        int tail = 0;
        while (tail < most - head && a.charAt(a.length() - 1 - tail) == b.charAt(b.length() - 1 - tail)) {
            tail++;
        }
        return head + tail;
    }

    /** The lines in which the documents differ, with those around them. */
    static String of(Json expected, Json actual) {
        List<String> marked = marked(lines(expected), lines(actual));
        var shown = new ArrayList<String>();
        for (int i = 0; i < marked.size(); i++) {
            if (isShown(marked, i)) {
                shown.add(marked.get(i));
            } else if (isShown(marked, i - 1)) {
                shown.add("  ...");
            }
        }
        return String.join("\n", shown);
    }

    /** Near a change, or alone between two lines that are: a mark for one line left out would be no shorter. */
    private static boolean isShown(List<String> marked, int at) {
        return at < 0
                || at >= marked.size()
                || isNearChange(marked, at)
                || ((at == 0 || isNearChange(marked, at - 1))
                        && (at == marked.size() - 1 || isNearChange(marked, at + 1)));
    }

    private static boolean isNearChange(List<String> marked, int at) {
        int from = Math.max(0, at - CONTEXT_LINES);
        int to = Math.min(marked.size(), at + CONTEXT_LINES + 1);
        return marked.subList(from, to).stream().anyMatch(line -> !line.startsWith("  "));
    }

    private static List<String> marked(List<String> expected, List<String> actual) {
        List<String> a = expected.subList(0, Math.min(expected.size(), MAX_LINES));
        List<String> b = actual.subList(0, Math.min(actual.size(), MAX_LINES));
        int[][] common = common(a, b);
        var marked = new ArrayList<String>();
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                marked.add("  " + a.get(i++));
                j++;
            } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
                marked.add("- " + a.get(i++));
            } else {
                marked.add("+ " + b.get(j++));
            }
        }
        expected.subList(a.size(), expected.size()).forEach(line -> marked.add("- " + line));
        actual.subList(b.size(), actual.size()).forEach(line -> marked.add("+ " + line));
        return marked;
    }

    /** At [i][j] the length of the longest common subsequence of what begins there. */
    private static int[][] common(List<String> a, List<String> b) {
        int[][] longest = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                longest[i][j] = a.get(i).equals(b.get(j))
                        ? longest[i + 1][j + 1] + 1
                        : Math.max(longest[i + 1][j], longest[i][j + 1]);
            }
        }
        return longest;
    }

    /** A document as a person reads it: a value per line, texts of several lines as such, JSON inside a text laid open. */
    private static List<String> lines(Json json) {
        var lines = new ArrayList<String>();
        write(json, "", "", lines);
        return lines;
    }

    private static void write(Json json, String indent, String label, List<String> lines) {
        switch (json) {
            case Json.Obj(var fields) when fields.isEmpty() -> lines.add(indent + label + "{}");
            case Json.Arr(var items) when items.isEmpty() -> lines.add(indent + label + "[]");
            case Json.Obj(var fields) -> {
                lines.add(indent + label + "{");
                new TreeMap<>(fields).forEach((name, value) -> write(value, indent + "  ", name + ": ", lines));
                lines.add(indent + "}");
            }
            case Json.Arr(var items) -> {
                lines.add(indent + label + "[");
                items.forEach(item -> write(item, indent + "  ", "", lines));
                lines.add(indent + "]");
            }
            case Json.Str(String text) -> writeText(text, indent, label, lines);
            case Json.Num number -> lines.add(indent + label + json.write());
            case Json.Bool bool -> lines.add(indent + label + json.write());
            case Json.Null nothing -> lines.add(indent + label + "null");
        }
    }

    private static void writeText(String text, String indent, String label, List<String> lines) {
        if (text.startsWith("{") || text.startsWith("[")) {
            try {
                write(Json.parse(text), indent, label + "text of ", lines);
                return;
            } catch (JsonException e) {
                // a text that merely looks like it
            }
        }
        if (text.lines().count() <= 1) {
            lines.add(indent + label + new Json.Str(text).write());
        } else {
            lines.add(indent + label + "\"\"\"");
            text.lines().forEach(line -> lines.add(indent + "  " + line));
        }
    }
}
