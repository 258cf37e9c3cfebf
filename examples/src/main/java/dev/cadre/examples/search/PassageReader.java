// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.CodeIndex;
import dev.cadre.examples.index.Definition;
import dev.cadre.examples.index.Place;
import dev.cadre.examples.index.RankedFile;
import dev.cadre.examples.repository.SourceFile;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads the best places of a ranked file. */
public final class PassageReader {
    private static final int MAX_TEXT_CHARACTERS = 16_000;

    /** What is read of a file of which no line has a word of the question, but its path or a commit. */
    private static final int HEAD_LINES = 40;

    private final CodeIndex index;

    PassageReader(CodeIndex index) {
        this.index = index;
    }

    /** In a plan: read the best places of the files that another subtask ranked. */
    public record BestOf(String subtaskId, int maxFiles) implements Work {}

    /** The places, best first; at most three, and the top of the file where none was measured. Does not block. */
    public List<Passage> best(RankedFile ranked) {
        Optional<SourceFile> source = index.source(ranked.path());
        if (source.isEmpty()) {
            return List.of();
        }
        // a model may have made the ranking up
        List<Place> inside = ranked.places().stream()
                .filter(place -> place.endLine() <= source.get().lineCount())
                .toList();
        List<Place> places = inside.isEmpty() ? List.of(head(source.get())) : inside;
        double top = places.getFirst().score();
        return places.stream()
                .map(place -> passage(place, top > 0 ? place.score() / top : 1, source.get()))
                .toList();
    }

    /** The first lines behind licence and imports. */
    private Place head(SourceFile file) {
        int first = 1;
        while (first < file.lineCount() && isFileHead(file.line(first).strip())) {
            first++;
        }
        first = first == file.lineCount() ? 1 : first;
        int last = Math.min(file.lineCount(), first + HEAD_LINES - 1);
        int begin = first;
        String symbol = index.definitionsIn(file.path()).stream()
                .filter(each -> each.startLine() >= begin && each.startLine() <= last)
                .max(Comparator.comparingInt(Definition::lineCount)
                        .thenComparing(Definition::startLine, Comparator.reverseOrder()))
                .map(Definition::qualifiedName)
                .orElse("");
        return new Place(first, last, first, symbol, 0);
    }

    private static boolean isFileHead(String line) {
        return line.isEmpty()
                || line.startsWith("*")
                || line.startsWith("/*")
                || line.startsWith("//")
                || CallSites.isImport(line);
    }

    private static Passage passage(Place place, double share, SourceFile file) {
        String text = cut(file.lines(place.startLine(), place.endLine()));
        return new Passage(
                file.path(), place.startLine(), place.endLine(), place.bestLine(), place.symbol(), share, text);
    }

    private static String cut(String text) {
        if (text.length() <= MAX_TEXT_CHARACTERS) {
            return text;
        }
        int end = MAX_TEXT_CHARACTERS;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "\n… [cut]";
    }
}
