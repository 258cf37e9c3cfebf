// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.agent;

import dev.cadre.examples.index.FileRanker.Among;
import dev.cadre.examples.index.RankedFile;
import dev.cadre.examples.search.CallSites;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.GitHistory;
import dev.cadre.examples.search.MapRepo;
import dev.cadre.examples.search.Passage;
import dev.cadre.examples.search.RankFiles;
import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.examples.search.SearchTools;
import dev.cadre.examples.search.SymbolLookup;
import dev.cadre.examples.search.TextSearch;
import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolException;
import java.time.InstantSource;
import java.util.List;

/** The kinds of subtask of a search over one code base. The first seven are plain code, the others ask a model. */
public final class SearchSubtasks {
    /** The input of {@link #rankFiles}: words of any kind; identifiers are split. */
    public record Words(List<String> words, Among among) {}

    /** The input of {@link #symbolLookup}: names in exact case. */
    public record Names(List<String> names) {}

    /** The input of {@link #callSites}: one name in exact case. */
    public record Symbol(String name) {}

    /** The input of {@link #textSearch}: an RE2 pattern of at most 500 characters. */
    public record Pattern(String pattern) {}

    /** The input of {@link #gitHistory}: words of commit subjects. */
    public record Subjects(List<String> words) {}

    /** The input of {@link #mapRepo}: how deep folders are told apart, 1 to 20, and how many lines, 1 to 2,000. */
    public record Outline(int depth, int maxLines) {}

    /** The input of {@link #readPlaces}: one file of a ranking. */
    public record Reading(RankedFile file) {}

    /** The best places of one file. */
    public record Passages(List<Passage> passages) {}

    /** The input of {@link #summarise}: passages of one file. */
    public record Question(String question, List<Passage> passages) {}

    /** What a passage says to a question. */
    public record Claim(String text, String path, int startLine, int endLine) {}

    /** What passages say to a question; no claims if they are beside the point. */
    public record Summary(boolean relevant, List<Claim> claims) {}

    /** The input of {@link #verify}: claims about one file. */
    public record Claims(List<Claim> claims) {}

    /** Whether the cited lines support a claim. */
    public enum Support {
        SUPPORTED,
        NOT_SUPPORTED,
        UNCLEAR
    }

    /** A claim, checked by a second reader. */
    public record Verdict(Claim claim, Support support, String why) {}

    /** Claims, checked by a second reader. */
    public record Verdicts(List<Verdict> verdicts) {}

    /** Lines of a file that a model asks to read. */
    public record Lines(String path, int startLine, int endLine) {}

    private static final int HISTORY_COMMITS = 10;
    private static final int MAX_LINES = 400;

    public final SubtaskType<Words, RankFiles.Found> rankFiles;
    public final SubtaskType<Reading, Passages> readPlaces;
    public final SubtaskType<Names, SymbolLookup.Found> symbolLookup;
    public final SubtaskType<Symbol, CallSites.Found> callSites;
    public final SubtaskType<Pattern, TextSearch.Found> textSearch;
    public final SubtaskType<Subjects, GitHistory.Found> gitHistory;
    public final SubtaskType<Outline, MapRepo.Found> mapRepo;
    public final SubtaskType<Question, Summary> summarise;
    public final SubtaskType<Claims, Verdicts> verify;

    private final CodeBase base;

    /** The kinds of subtask for one question; the clock bounds a text search. */
    public SearchSubtasks(CodeBase base, SearchQuestion question, InstantSource clock) {
        this.base = base;
        var tools = SearchTools.over(base, clock);
        rankFiles = SubtaskType.code(
                        "rank-files",
                        Words.class,
                        RankFiles.Found.class,
                        (in, context) -> tools.rankFiles()
                                .run(new RankFiles.Request(
                                        in.words(),
                                        in.among(),
                                        question.sides(),
                                        question.paths(),
                                        question.rankedFiles())))
                .describedAs(
                        "Rank files by words and identifiers; CODE for source files, TEXT for prose and build files."
                                + " Gives files, best first.");
        readPlaces = SubtaskType.code(
                        "read-places",
                        Reading.class,
                        Passages.class,
                        (in, context) -> new Passages(tools.passageReader().best(in.file())))
                .describedAs("Read the best places of a ranked file; wire a list of files into file.");
        symbolLookup = SubtaskType.code(
                        "symbol-lookup",
                        Names.class,
                        SymbolLookup.Found.class,
                        (in, context) -> tools.symbolLookup().run(new SymbolLookup.Request(in.names())))
                .describedAs("Find where identifiers are defined. Gives definitions.");
        callSites = SubtaskType.code(
                        "call-sites",
                        Symbol.class,
                        CallSites.Found.class,
                        (in, context) -> tools.callSites().run(new CallSites.Request(in.name(), question.paths())))
                .describedAs("Find the lines of code that use an identifier. Gives calls.");
        textSearch = SubtaskType.code(
                        "text-search",
                        Pattern.class,
                        TextSearch.Found.class,
                        (in, context) -> tools.textSearch().run(new TextSearch.Request(in.pattern(), question.paths())))
                .describedAs("Find the lines that match an RE2 regular expression. Gives hits.");
        gitHistory = SubtaskType.code(
                        "git-history",
                        Subjects.class,
                        GitHistory.Found.class,
                        (in, context) -> tools.gitHistory()
                                .run(new GitHistory.Request(in.words(), question.paths(), HISTORY_COMMITS)))
                .describedAs("Find commits by the words of their subjects. Gives commits.");
        mapRepo = SubtaskType.code(
                        "map-repo",
                        Outline.class,
                        MapRepo.Found.class,
                        (in, context) -> tools.mapRepo().run(new MapRepo.Request(in.depth(), in.maxLines())))
                .describedAs("Outline the folders and types of the repository. Gives lines.");
        Tool readLines = Tool.of(
                "read_lines", "Read lines of a file, at most 400 at once.", Lines.class, (in, context) -> lines(in));
        summarise = SubtaskType.model(
                        "summarise",
                        Question.class,
                        Summary.class,
                        "Say what the passages of code tell about the question, in short claims."
                                + " Each claim cites the path and the lines that show it. No claim without lines.")
                .tools(readLines)
                .cacheable() // a crew's cache is of one state of the files, see StateCache
                .upTo(Tier.MINI)
                .accept("every claim cites lines of a passage", SearchSubtasks::citesPassages);
        verify = SubtaskType.model(
                        "verify",
                        Claims.class,
                        Verdicts.class,
                        "Check each claim against the lines it cites: read them with read_lines, doubt the claim,"
                                + " and say whether the lines alone support it.")
                .tools(readLines)
                .cacheable()
                .allowingOptional();
    }

    private static boolean citesPassages(Question question, Summary summary) {
        return summary.claims().stream()
                .allMatch(claim -> question.passages().stream()
                        .anyMatch(passage -> passage.path().equals(claim.path())
                                && claim.startLine() >= 1
                                && claim.startLine() <= claim.endLine()
                                && claim.startLine() <= passage.endLine()
                                && claim.endLine() >= passage.startLine()));
    }

    /** The kinds that need no model. */
    public List<SubtaskType<?, ?>> ofCode() {
        return List.of(rankFiles, readPlaces, symbolLookup, callSites, textSearch, gitHistory, mapRepo);
    }

    /** All kinds. */
    public List<SubtaskType<?, ?>> all() {
        return List.of(
                rankFiles, readPlaces, symbolLookup, callSites, textSearch, gitHistory, mapRepo, summarise, verify);
    }

    /** Only what was read at the start can be read: no path leads out of the repository. */
    private String lines(Lines wanted) throws ToolException {
        var file = base.repository()
                .file(wanted.path())
                .orElseThrow(() -> new ToolException("there is no such file in the repository"));
        int first = Math.max(1, wanted.startLine());
        int last = Math.min(Math.min(wanted.endLine(), file.lineCount()), first + MAX_LINES - 1);
        if (first > last) {
            throw new ToolException("the file has %d lines".formatted(file.lineCount()));
        }
        return file.lines(first, last);
    }
}
