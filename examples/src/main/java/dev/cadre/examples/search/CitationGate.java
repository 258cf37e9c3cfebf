// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.Place;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.examples.repository.RootJail.Opened;
import dev.cadre.examples.repository.SourceFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads every cited file again and drops each citation whose lines are not there, byte for byte, any more. */
public final class CitationGate {
    private static final int MAX_LINE_CHARACTERS = 2_000;
    private static final String CUT_MARK = "… [cut]";

    private final Repository repository;
    private final RootJail jail;

    /** @param jail opens the files of the same folder as the repository */
    public CitationGate(Repository repository, RootJail jail) {
        this.repository = repository;
        this.jail = jail;
    }

    /** The citations that hold, and how many did not. */
    public record Checked(List<CheckedCitation> citations, int dropped) {
        public Checked {
            citations = List.copyOf(citations);
        }
    }

    /** Blocks on the disk. */
    public Checked check(List<Citation> citations) {
        Map<String, Optional<SourceFile>> onDisk = new HashMap<>();
        var holding = new ArrayList<CheckedCitation>();
        for (Citation citation : citations) {
            Optional<SourceFile> now = onDisk.computeIfAbsent(citation.path(), this::reread);
            now.filter(file -> holds(citation, file))
                    .ifPresent(file -> holding.add(new CheckedCitation(citation, snippet(citation, file))));
        }
        return new Checked(holding, citations.size() - holding.size());
    }

    private Optional<SourceFile> reread(String path) {
        return switch (jail.open(path)) {
            case Opened.Text(SourceFile file) -> Optional.of(file);
            case Opened.Skipped skipped -> Optional.empty();
        };
    }

    private boolean holds(Citation citation, SourceFile now) {
        return repository
                .file(citation.path())
                .filter(then -> isInside(citation, then) && isInside(citation, now))
                .filter(then -> lines(citation, then).equals(lines(citation, now)))
                .isPresent();
    }

    private static boolean isInside(Citation citation, SourceFile file) {
        return citation.startLine() >= 1
                && citation.startLine() <= citation.endLine()
                && citation.endLine() <= file.lineCount();
    }

    private static String lines(Citation citation, SourceFile file) {
        return file.lines(citation.startLine(), citation.endLine());
    }

    private static String snippet(Citation citation, SourceFile file) {
        var lines = new ArrayList<String>();
        for (int line = citation.startLine(); line <= citation.endLine() && lines.size() < Place.MAX_LINES; line++) {
            String text = file.line(line);
            lines.add(text.length() > MAX_LINE_CHARACTERS ? text.substring(0, MAX_LINE_CHARACTERS) + CUT_MARK : text);
        }
        return String.join("\n", lines);
    }
}
