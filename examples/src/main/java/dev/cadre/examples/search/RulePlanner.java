// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.FileRanker.Among;
import dev.cadre.examples.index.Identifiers;
import dev.cadre.examples.index.Query;
import dev.cadre.examples.search.SearchPlan.Intent;
import dev.cadre.examples.search.SearchPlan.Subtask;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/** Plans a search by the words of the question, without a model. */
public final class RulePlanner {
    private static final int MAX_SYMBOLS = 6;
    private static final int HISTORY_COMMITS = 10;

    private static final Set<String> CALLER_WORDS =
            Set.of("callers", "caller", "usages", "usage", "invokes", "invoked");
    private static final Set<String> CALL_VERBS =
            Set.of("called", "used", "calls", "call", "uses", "use", "invoke", "referenced");
    private static final Set<String> HISTORY_STARTS = Set.of("why", "when", "who");
    private static final Set<String> HISTORY_WORDS =
            Set.of("history", "commit", "commits", "introduced", "blame", "author");
    private static final Set<String> WHERE_STARTS = Set.of("where", "which", "what", "find", "locate");

    private final Predicate<String> isDefined;

    /** @param isDefined whether the code base defines a thing of this name */
    public RulePlanner(Predicate<String> isDefined) {
        this.isDefined = isDefined;
    }

    /** Returns the plan of a question; does not block. */
    public SearchPlan plan(SearchQuestion question) {
        List<String> words = Identifiers.in(question.text());
        List<String> lower =
                words.stream().map(word -> word.toLowerCase(Locale.ROOT)).toList();
        Intent intent = intent(lower);
        List<String> symbols = symbols(question.text(), words, intent);
        return new SearchPlan(intent, words, symbols, subtasks(question, words, intent, symbols));
    }

    private static List<Subtask> subtasks(
            SearchQuestion question, List<String> words, Intent intent, List<String> symbols) {
        var work = new ArrayList<Work>();
        work.add(new RankFiles.Request(words, Among.CODE, question.sides(), question.paths(), question.maxFiles()));
        work.add(new ReadAndSummarise.BestOf("t1", question.maxFiles()));
        work.add(new RankFiles.Request(words, Among.TEXT, question.sides(), question.paths(), question.maxFiles()));
        work.add(new ReadAndSummarise.BestOf("t3", question.maxFiles()));
        if (!symbols.isEmpty()) {
            work.add(new SymbolLookup.Request(symbols));
        }
        if (intent == Intent.CALLERS) {
            symbols.forEach(symbol -> work.add(new CallSites.Request(symbol, question.paths())));
        }
        if (intent == Intent.HISTORY) {
            work.add(new GitHistory.Request(words, question.paths(), HISTORY_COMMITS));
        }
        var subtasks = new ArrayList<Subtask>();
        for (Work each : work) {
            subtasks.add(new Subtask("t" + (subtasks.size() + 1), each));
        }
        return subtasks;
    }

    private static Intent intent(List<String> words) {
        String first = words.isEmpty() ? "" : words.getFirst();
        boolean asks = WHERE_STARTS.contains(first) || first.equals("who") || first.equals("list");
        if (asks && words.stream().anyMatch(word -> CALLER_WORDS.contains(word) || CALL_VERBS.contains(word))) {
            return Intent.CALLERS;
        }
        if (HISTORY_STARTS.contains(first) || (asks && words.stream().anyMatch(HISTORY_WORDS::contains))) {
            return Intent.HISTORY;
        }
        if (first.equals("list")) {
            return Intent.LIST;
        }
        if (first.equals("how")) {
            return Intent.HOW;
        }
        return asks ? Intent.WHERE : Intent.CHANGE;
    }

    private List<String> symbols(String text, List<String> words, Intent intent) {
        var symbols = new LinkedHashSet<String>();
        Identifiers.scan(text, 0, text.length(), (start, end) -> {
            String word = text.substring(start, end);
            if (end - start > 2 && (isMixed(word) || isQuoted(text, start, end)) && isDefined.test(word)) {
                symbols.add(word);
            }
        });
        if (intent == Intent.CALLERS && symbols.isEmpty()) {
            // "who calls parse": a plain word is a name only where the question can mean nothing else
            Query.ofWords(words).words().stream().filter(isDefined).forEach(symbols::add);
        }
        return symbols.stream().limit(MAX_SYMBOLS).toList();
    }

    /** Whether a word is written as only names in code are: {@code parseInt}, {@code max_size}. */
    private static boolean isMixed(String word) {
        if (word.indexOf('_') > 0) {
            return true;
        }
        for (int i = 1; i < word.length(); i++) {
            if (Character.isUpperCase(word.charAt(i)) && Character.isLowerCase(word.charAt(i - 1))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the signs around a word mark it as code: back-ticks, a call, a dot or a hash inside a chain. */
    private static boolean isQuoted(String text, int start, int end) {
        char before = start > 0 ? text.charAt(start - 1) : ' ';
        char after = end < text.length() ? text.charAt(end) : ' ';
        boolean chained =
                (before == '.' || before == '#' || before == ':') && start > 1 && isLetter(text.charAt(start - 2));
        return before == '`' || after == '`' || after == '(' || chained;
    }

    private static boolean isLetter(char c) {
        return Character.isLetterOrDigit(c) || c == ':' || c == ')';
    }
}
