// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.ArrayList;
import java.util.List;

/**
 * The rules of one {@code .gitignore}: comments, {@code !}, a trailing {@code /}, anchoring, {@code *}, {@code ?},
 * {@code [a-z]} and {@code **} as gitignore(5) describes them. The last rule that matches decides.
 */
final class IgnoreRules {
    /** What the rules say of a path. */
    enum Verdict {
        IGNORED,
        KEPT,
        SILENT
    }

    private record Rule(String pattern, boolean keeps, boolean foldersOnly, boolean anchored) {}

    private final List<Rule> rules;

    private IgnoreRules(List<Rule> rules) {
        this.rules = rules;
    }

    static IgnoreRules parse(String text) {
        var rules = new ArrayList<Rule>();
        for (String raw : text.split("\n", -1)) {
            String line = withoutTrailingSpaces(raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw);
            if (!line.isEmpty() && line.charAt(0) != '#') {
                rules.add(rule(line));
            }
        }
        return new IgnoreRules(rules);
    }

    private static Rule rule(String line) {
        boolean keeps = line.charAt(0) == '!';
        String pattern = keeps ? line.substring(1) : line;
        boolean foldersOnly = pattern.endsWith("/");
        if (foldersOnly) {
            pattern = pattern.substring(0, pattern.length() - 1);
        }
        boolean anchored = pattern.indexOf('/') >= 0;
        return new Rule(pattern.startsWith("/") ? pattern.substring(1) : pattern, keeps, foldersOnly, anchored);
    }

    private static String withoutTrailingSpaces(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == ' ' && !(end > 1 && line.charAt(end - 2) == '\\')) {
            end--;
        }
        return line.substring(0, end);
    }

    /** Judges a path relative to the folder of these rules. */
    Verdict judge(String path, boolean isFolder) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        for (Rule rule : rules.reversed()) {
            boolean candidate = isFolder || !rule.foldersOnly;
            if (candidate && Glob.matches(rule.pattern, rule.anchored ? path : name)) {
                return rule.keeps ? Verdict.KEPT : Verdict.IGNORED;
            }
        }
        return Verdict.SILENT;
    }
}
