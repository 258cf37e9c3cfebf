// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;

/**
 * The rules of one {@code .gitignore}: comments, {@code !}, a trailing {@code /}, anchoring, {@code *}, {@code ?},
 * {@code [a-z]} and {@code **} as gitignore(5) describes them. The last rule that matches decides.
 *
 * <p>Rules come from the repository and may be hostile. Those without a wildcard are looked up, however many they are;
 * the others are matched one by one, at most {@link #MAX_WILDCARDS} of them and until the deadline.
 */
final class IgnoreRules {
    /** Wildcard rules beyond this number match nothing; the longest file of a collection of templates has 300. */
    static final int MAX_WILDCARDS = 2_000;

    /** Wildcard rules longer than this match nothing. */
    static final int MAX_WILDCARD_CHARACTERS = 1_000;

    /** The rule, its list, and its place in a table. */
    private static final int BYTES_OF_A_RULE = 150;

    private static final String WILDCARDS = "*?[\\";

    /** What the rules say of a path. */
    enum Verdict {
        IGNORED,
        KEPT,
        SILENT
    }

    private record Rule(int number, Verdict verdict, boolean foldersOnly) {
        static final Rule NONE = new Rule(-1, Verdict.SILENT, false);
    }

    private record Wildcard(Rule rule, Glob glob, boolean anchored) {}

    private final Map<String, List<Rule>> names = new HashMap<>();
    private final Map<String, List<Rule>> paths = new HashMap<>();
    private final List<Wildcard> wildcards = new ArrayList<>();

    private IgnoreRules() {}

    /** @param room takes the memory of a rule, if there is any; the rules from the first on for which there is none match nothing */
    static IgnoreRules parse(String text, LongPredicate room) {
        var rules = new IgnoreRules();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            String line = withoutTrailingSpaces(raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw);
            if (!line.isEmpty() && line.charAt(0) != '#') {
                if (!room.test(BYTES_OF_A_RULE + SearchMemory.bytesOf(line))) {
                    break;
                }
                rules.add(line, number++);
            }
        }
        return rules;
    }

    private void add(String line, int number) {
        boolean keeps = line.charAt(0) == '!';
        String pattern = keeps ? line.substring(1) : line;
        boolean foldersOnly = pattern.endsWith("/");
        if (foldersOnly) {
            pattern = pattern.substring(0, pattern.length() - 1);
        }
        boolean anchored = pattern.indexOf('/') >= 0;
        String relative = pattern.startsWith("/") ? pattern.substring(1) : pattern;
        var rule = new Rule(number, keeps ? Verdict.KEPT : Verdict.IGNORED, foldersOnly);
        if (relative.chars().noneMatch(c -> WILDCARDS.indexOf(c) >= 0)) {
            addLiteral(anchored ? paths : names, relative, rule);
        } else if (wildcards.size() < MAX_WILDCARDS && relative.length() <= MAX_WILDCARD_CHARACTERS) {
            wildcards.add(new Wildcard(rule, Glob.of(relative), anchored));
        }
    }

    /** Of the rules for one text, the last for files and folders and the last for folders alone can decide. */
    private static void addLiteral(Map<String, List<Rule>> literals, String text, Rule rule) {
        List<Rule> same = literals.computeIfAbsent(text, key -> new ArrayList<>(1));
        same.removeIf(earlier -> earlier.foldersOnly == rule.foldersOnly);
        same.add(rule);
    }

    private static String withoutTrailingSpaces(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == ' ' && !(end > 1 && line.charAt(end - 2) == '\\')) {
            end--;
        }
        return line.substring(0, end);
    }

    /** Judges a path relative to the folder of these rules; wildcards match nothing once the deadline has come. */
    Verdict judge(String path, boolean isFolder, Deadline deadline) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        Rule best = later(lookUp(names, name, isFolder), lookUp(paths, path, isFolder));
        for (Wildcard wildcard : wildcards.reversed()) {
            if (best.number > wildcard.rule.number || deadline.isOver()) {
                break;
            }
            boolean candidate = isFolder || !wildcard.rule.foldersOnly;
            if (candidate && wildcard.glob.matches(wildcard.anchored ? path : name)) {
                return wildcard.rule.verdict;
            }
        }
        return best.verdict;
    }

    private static Rule lookUp(Map<String, List<Rule>> literals, String text, boolean isFolder) {
        Rule found = Rule.NONE;
        for (Rule rule : literals.getOrDefault(text, List.of())) {
            found = isFolder || !rule.foldersOnly ? later(found, rule) : found;
        }
        return found;
    }

    private static Rule later(Rule one, Rule other) {
        return one.number > other.number ? one : other;
    }
}
