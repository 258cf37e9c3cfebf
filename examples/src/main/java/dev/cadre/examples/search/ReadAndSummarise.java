// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.CodeIndex;
import dev.cadre.examples.index.Definition;
import dev.cadre.examples.repository.SourceFile;
import java.util.Comparator;
import java.util.Optional;

/**
 * Reads the lines around a place. Without a model the summary is the code itself: the head of the definition around
 * the place, with its comment, and the lines, word for word.
 */
public final class ReadAndSummarise {
    /** A definition longer than this is not read whole. */
    static final int MAX_LINES = 400;

    private final CodeIndex index;

    ReadAndSummarise(CodeIndex index) {
        this.index = index;
    }

    /** Lines of a file. */
    public record Request(String path, int startLine, int endLine) {
        public Request {
            if (startLine < 1 || endLine < startLine) {
                throw new IllegalArgumentException("lines of %s: %d-%d".formatted(path, startLine, endLine));
            }
        }
    }

    /** In a plan: read the best places of the files that another subtask ranked. */
    public record BestOf(String subtaskId, int maxFiles) implements Work {}

    /**
     * What was read.
     *
     * @param startLine first line, at most that of the request
     * @param endLine last line, at least that of the request where the file is long enough
     * @param symbol the definition that says what these lines are, or empty
     * @param text the lines, word for word
     */
    public record Excerpt(String path, int startLine, int endLine, String symbol, String text) {}

    /** Does not block; nothing if there is no such file or line. */
    public Optional<Excerpt> run(Request request) {
        return index.source(request.path())
                .filter(file -> request.startLine() <= file.lineCount())
                .map(file -> excerpt(file, request));
    }

    private Excerpt excerpt(SourceFile file, Request request) {
        int last = Math.min(request.endLine(), file.lineCount());
        int first = withoutFileHead(file, request.startLine(), last);
        Optional<Definition> around = index.enclosing(file.path(), first, last);
        if (around.isPresent() && around.get().lineCount() <= MAX_LINES) {
            last = around.get().endLine();
            first = Math.max(withComment(file, around.get().startLine()), last - MAX_LINES + 1);
        }
        String symbol = around.or(() -> firstInside(request))
                .map(Definition::qualifiedName)
                .orElse("");
        return new Excerpt(file.path(), first, last, symbol, file.lines(first, last));
    }

    /** Leaves out the licence and the imports, unless there is nothing else; keeps the comment of what follows. */
    private static int withoutFileHead(SourceFile file, int first, int last) {
        int line = first;
        while (line < last && isFileHead(file.line(line).strip())) {
            line++;
        }
        return line == last ? first : Math.max(first, withComment(file, line));
    }

    private static boolean isFileHead(String line) {
        return line.isEmpty()
                || line.startsWith("*")
                || line.startsWith("/*")
                || line.startsWith("//")
                || CallSites.isImport(line);
    }

    /** The largest definition that starts within the lines names them when none is around them. */
    private Optional<Definition> firstInside(Request request) {
        return index.definitionsIn(request.path()).stream()
                .filter(each -> each.startLine() >= request.startLine() && each.startLine() <= request.endLine())
                .max(Comparator.comparingInt(Definition::lineCount)
                        .thenComparing(Definition::startLine, Comparator.reverseOrder()));
    }

    /** Goes up over the comment and the annotations directly above a definition. */
    private static int withComment(SourceFile file, int startLine) {
        int first = startLine;
        while (first > 1 && belongsToHead(file.line(first - 1).strip())) {
            first--;
        }
        return first;
    }

    private static boolean belongsToHead(String line) {
        return line.startsWith("*")
                || line.startsWith("/*")
                || line.startsWith("//")
                || line.startsWith("@")
                || line.startsWith("#");
    }
}
