// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.index.Definition.Kind;
import dev.cadre.examples.index.HeadClassifier.Named;
import dev.cadre.examples.repository.SourceFile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Finds the definitions of a file by the shape of its lines, for any language that marks them with a keyword or with
 * a head in front of a block. It knows no grammar: it may miss a definition, and its ends are where the block closes.
 */
final class DefinitionScanner {
    /** A longer one is no name that anybody wrote, and names go into requests and answers as they are. */
    private static final int MAX_NAME_CHARACTERS = 256;

    private final CodeText code;
    private final HeadClassifier classifier;
    private final BlockEnds ends;
    private final List<Definition> found = new ArrayList<>();
    private final Deque<Definition> enclosing = new ArrayDeque<>();

    private DefinitionScanner(SourceFile file, Language language, char[] code) {
        this.code = new CodeText(code);
        this.classifier = new HeadClassifier(this.code, language);
        this.ends = new BlockEnds(file, this.code, Brackets.of(code, '{', '}'), language);
    }

    /** Returns the definitions in the order of their first lines. */
    static List<Definition> scan(SourceFile file, Language language, char[] code) {
        if (language.blocks() == Language.Blocks.NONE) {
            return List.of();
        }
        var scanner = new DefinitionScanner(file, language, code);
        for (int line = 1; line <= file.lineCount(); line++) {
            scanner.visit(line);
        }
        return List.copyOf(scanner.found);
    }

    private void visit(int line) {
        int start = ends.firstSign(line);
        if (start < 0 || !(Head.isWord(code.at(start)) || "@*~".indexOf(code.at(start)) >= 0)) {
            return;
        }
        while (!enclosing.isEmpty() && enclosing.peek().endLine() < line) {
            enclosing.pop();
        }
        Head head = Head.read(code, start);
        classifier
                .classify(head, Optional.ofNullable(enclosing.peek()))
                .ifPresent(named -> add(named, line, start, head));
    }

    private void add(Named named, int line, int start, Head head) {
        int end = ends.endOf(head, named.kind(), line, start);
        if (end < line || named.name().length() > MAX_NAME_CHARACTERS) {
            return;
        }
        String container = enclosing.isEmpty() ? "" : enclosing.peek().name();
        var definition = new Definition(named.name(), container, named.kind(), line, end);
        found.add(definition);
        if (named.kind() != Kind.CONSTANT) {
            enclosing.push(definition);
        }
    }
}
