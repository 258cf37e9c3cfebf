// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.repository.SourceFile;
import java.util.Arrays;
import java.util.List;

/** One file with what ranking needs of it: terms of its body, path and definitions. Immutable. */
final class IndexedFile {
    private final SourceFile source;
    private final Language language;
    private final PathKind pathKind;
    private final TermCounts body;
    private final TermCounts path;
    private final TermCounts symbols;
    private final List<Definition> definitions;

    private IndexedFile(SourceFile source, Vocabulary vocabulary) {
        this.source = source;
        this.language = Language.of(source.path());
        this.pathKind = Generated.is(source) ? PathKind.SIDE : PathKind.of(source.path());
        this.definitions = DefinitionScanner.scan(source, language, CodeMask.of(source.text(), language));
        this.body = bodyTerms(source.text(), vocabulary);
        this.path = pathTerms(source.path(), vocabulary);
        this.symbols = symbolTerms(definitions, vocabulary);
    }

    static IndexedFile of(SourceFile source, Vocabulary vocabulary) {
        return new IndexedFile(source, vocabulary);
    }

    private static TermCounts bodyTerms(String text, Vocabulary vocabulary) {
        var terms = new TermCounts.Builder(512);
        IdentifierCounts.of(text).forEach((identifier, count) -> terms.add(vocabulary.termsOf(identifier), count));
        return terms.build();
    }

    /** The name of the file counts twice, its last three folders once. */
    private static TermCounts pathTerms(String path, Vocabulary vocabulary) {
        var terms = new TermCounts.Builder(16);
        String[] parts = path.split("/", -1);
        String name = parts[parts.length - 1];
        int dot = name.indexOf('.', 1);
        addAll(terms, dot > 0 ? name.substring(0, dot) : name, 2, vocabulary);
        for (String folder : Arrays.copyOfRange(parts, Math.max(0, parts.length - 4), parts.length - 1)) {
            addAll(terms, folder, 1, vocabulary);
        }
        return terms.build();
    }

    private static TermCounts symbolTerms(List<Definition> definitions, Vocabulary vocabulary) {
        var terms = new TermCounts.Builder(16);
        for (Definition definition : definitions) {
            terms.add(vocabulary.termsOf(definition.name()), 1);
        }
        return terms.build();
    }

    private static void addAll(TermCounts.Builder terms, String text, float count, Vocabulary vocabulary) {
        Identifiers.in(text).forEach(identifier -> terms.add(vocabulary.termsOf(identifier), count));
    }

    /** About what this takes of memory, beside its text. */
    long bytes() {
        long bytes = 2 * Footprint.OBJECT + Footprint.ARRAY + body.bytes() + path.bytes() + symbols.bytes();
        for (Definition definition : definitions) { // what a container is called is the text of another one
            bytes += Footprint.OBJECT + Footprint.ofText(definition.name());
        }
        return bytes;
    }

    SourceFile source() {
        return source;
    }

    Language language() {
        return language;
    }

    PathKind pathKind() {
        return pathKind;
    }

    TermCounts body() {
        return body;
    }

    TermCounts path() {
        return path;
    }

    TermCounts symbols() {
        return symbols;
    }

    List<Definition> definitions() {
        return definitions;
    }

    boolean contains(int term) {
        return body.contains(term) || path.contains(term);
    }
}
