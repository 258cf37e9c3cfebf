// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import com.google.re2j.Pattern;
import dev.cadre.examples.index.FileRanker.Among;
import dev.cadre.examples.index.Identifiers;
import dev.cadre.examples.index.Query;
import dev.cadre.examples.search.SearchPlan.Intent;
import dev.cadre.examples.search.SearchPlan.Subtask;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Plans a search by the words of the question, without a model. */
public final class RulePlanner {
    private static final int MAX_SYMBOLS = 6;
    private static final int MAX_PATTERNS = 3;
    private static final int HISTORY_COMMITS = 10;

    private static final Set<String> CALLER_WORDS =
            Set.of("callers", "caller", "usages", "usage", "invokes", "invoked");
    private static final Set<String> CALL_VERBS =
            Set.of("called", "used", "calls", "call", "uses", "use", "invoke", "referenced");
    private static final Set<String> ACTIVE_VERBS = Set.of("calls", "call", "uses", "use", "invoke");
    private static final Set<String> ASKS_FOR_A_THING = Set.of("which", "what");
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
        Mentions mentions = Mentions.of(question.text());
        Intent intent = intent(mentions);
        List<String> symbols = symbols(mentions, words, intent);
        return new SearchPlan(
                intent, words, symbols, subtasks(question, words, intent, symbols, patterns(mentions, intent)));
    }

    private static List<Subtask> subtasks(
            SearchQuestion question, List<String> words, Intent intent, List<String> symbols, List<String> patterns) {
        var work = new ArrayList<Work>();
        work.add(new RankFiles.Request(words, Among.CODE, question.sides(), question.paths(), question.rankedFiles()));
        work.add(new PassageReader.BestOf("t1", question.rankedFiles()));
        work.add(new RankFiles.Request(words, Among.TEXT, question.sides(), question.paths(), question.rankedFiles()));
        work.add(new PassageReader.BestOf("t3", question.rankedFiles()));
        if (!symbols.isEmpty()) {
            work.add(new SymbolLookup.Request(symbols));
        }
        patterns.forEach(pattern -> work.add(new TextSearch.Request(pattern, question.paths())));
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

    private static Intent intent(Mentions mentions) {
        List<String> words = Identifiers.in(mentions.rest()).stream()
                .map(word -> word.toLowerCase(Locale.ROOT))
                .toList();
        String first = words.isEmpty() ? "" : words.getFirst();
        boolean asks = WHERE_STARTS.contains(first) || first.equals("who") || first.equals("list");
        if (asks && isAboutCallers(mentions, words)) {
            return Intent.CALLERS;
        }
        if (isAboutMentions(mentions)) {
            return Intent.EXACT;
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

    /** "Which thread count is used by default" is not: it asks for what is used, and not by whom. */
    private static boolean isAboutCallers(Mentions mentions, List<String> words) {
        boolean isPlain = ASKS_FOR_A_THING.contains(words.getFirst())
                && words.stream().noneMatch(ACTIVE_VERBS::contains)
                && mentions.names().isEmpty()
                && Query.of(mentions.rest()).words().stream()
                                .filter(word -> !CALL_VERBS.contains(word))
                                .count()
                        > 1;
        return words.stream().anyMatch(CALLER_WORDS::contains)
                || (!isPlain && words.stream().anyMatch(CALL_VERBS::contains));
    }

    /** Whether a question asks for what it names: its other words say nothing about code, or less than it quotes. */
    private static boolean isAboutMentions(Mentions mentions) {
        long quoted = mentions.texts().stream()
                .mapToLong(text -> Identifiers.in(text).size())
                .sum();
        long others = Query.of(mentions.rest()).words().stream()
                .filter(word -> !mentions.names().contains(word))
                .count();
        return quoted == 0 ? others == 0 && !mentions.names().isEmpty() : others <= quoted;
    }

    /** The names that are defined; "who calls parse" names a plain word, which can mean nothing else there. */
    private List<String> symbols(Mentions mentions, List<String> words, Intent intent) {
        List<String> symbols = mentions.names().stream().filter(isDefined).toList();
        return intent == Intent.CALLERS && symbols.isEmpty()
                ? Query.ofWords(words).words().stream()
                        .filter(isDefined)
                        .distinct()
                        .limit(MAX_SYMBOLS)
                        .toList()
                : symbols.stream().limit(MAX_SYMBOLS).toList();
    }

    /** Quoted texts, and names that come from elsewhere, as patterns. */
    private List<String> patterns(Mentions mentions, Intent intent) {
        return Stream.concat(
                        mentions.texts().stream().map(Pattern::quote),
                        mentions.names().stream()
                                .filter(name -> intent == Intent.EXACT || intent == Intent.CALLERS)
                                .filter(isDefined.negate())
                                .map(name -> "\\b" + Pattern.quote(name) + "\\b"))
                .limit(MAX_PATTERNS)
                .toList();
    }
}
