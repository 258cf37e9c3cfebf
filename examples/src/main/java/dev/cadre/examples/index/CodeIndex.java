// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.SearchMemory;
import dev.cadre.examples.repository.SkipReason;
import dev.cadre.examples.repository.SourceFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The words and definitions of a repository, held in memory. Immutable, so any number of threads may ask it.
 * The same files give the same answers, however the work was spread over threads.
 */
public final class CodeIndex {
    /** Files that are indexed before the next are begun; the time is looked at before each. */
    private static final int FILES_AT_ONCE = 64;
    /** The same of their characters: a text without end of different words takes many times its length. */
    private static final int CHARACTERS_AT_ONCE = 2_000_000;
    /** What a character takes in an index at most: of a text of different words of two Chinese letters. */
    private static final int MOST_TIMES_ITS_LENGTH = 160;

    private final Vocabulary vocabulary;
    private final List<IndexedFile> files;
    private final SkipReason reasonOfTheRest;
    private final long bytes;
    private final Map<String, Integer> byPath;
    private final Map<String, List<Location>> definitions;

    private CodeIndex(Vocabulary vocabulary, List<IndexedFile> files, SkipReason reasonOfTheRest, long bytes) {
        this.bytes = bytes;
        this.vocabulary = vocabulary;
        this.files = files;
        this.reasonOfTheRest = reasonOfTheRest;
        this.byPath = positions(files);
        this.definitions = locate(files);
    }

    /** A definition and the file it is in. */
    public record Location(String path, Definition definition) {}

    /**
     * Indexes the files of a repository, about in the order of their paths, until the deadline; keeps the processors of the
     * common pool busy until then. What is indexed by then is kept, wherever it stands. Ends early where there is no memory for
     * more.
     */
    public static CodeIndex of(Repository repository, Deadline deadline, SearchMemory memory) {
        return of(repository, deadline, memory.left(SearchMemory.Part.INDEX));
    }

    static CodeIndex of(Repository repository, Deadline deadline, long maxBytes) {
        var vocabulary = new Vocabulary();
        List<SourceFile> sources = repository.files();
        var files = new ArrayList<IndexedFile>(sources.size());
        long bytes = 0;
        int from = 0;
        while (from < sources.size() && bytes + vocabulary.bytes() < maxBytes && !deadline.isOver()) {
            int to = endOfBatch(sources, from, (maxBytes - bytes - vocabulary.bytes()) / MOST_TIMES_ITS_LENGTH);
            List<IndexedFile> batch = sources.subList(from, to).parallelStream()
                    .filter(source -> !deadline.isOver())
                    .map(source -> IndexedFile.of(source, vocabulary))
                    .toList();
            files.addAll(batch);
            bytes += batch.stream().mapToLong(CodeIndex::bytes).sum();
            from = to;
        }
        bytes += vocabulary.bytes();
        SkipReason reason = bytes >= maxBytes ? SkipReason.OVER_LIMIT : SkipReason.DEADLINE;
        return new CodeIndex(vocabulary, List.copyOf(files), reason, bytes);
    }

    /** About what a file takes of memory: itself, its places in the maps of an index, and in the graph of a ranker. */
    private static long bytes(IndexedFile file) {
        long bytes = file.bytes() + 2 * Footprint.PLACE + Footprint.ENTRY + Footprint.NUMBER;
        bytes += IdentifierGraph.bytes(file) + HistoryScores.BYTES_OF_A_FILE;
        for (Definition definition : file.definitions()) {
            bytes += Footprint.ENTRY
                    + Footprint.ofText(definition.name())
                    + 2 * Footprint.ARRAY
                    + Footprint.OBJECT
                    + Footprint.PLACE;
        }
        return bytes;
    }

    /** About what it takes of memory, with a ranker of it, beside the texts. */
    long bytes() {
        return bytes;
    }

    /** The same batches for the same files, whatever threads there are, so that they end at the same file. */
    private static int endOfBatch(List<SourceFile> sources, int from, long charactersThatFit) {
        int most = Math.min(sources.size(), from + FILES_AT_ONCE);
        long room = Math.min(charactersThatFit, CHARACTERS_AT_ONCE);
        int to = from;
        for (long characters = 0; to < most && characters < room; to++) {
            characters += sources.get(to).text().length();
        }
        return Math.max(to, from + 1);
    }

    /** Returns why files of the repository are not indexed, if any are not. */
    public SkipReason reasonOfTheRest() {
        return reasonOfTheRest;
    }

    /** Returns the number of files that are indexed. */
    public int size() {
        return files.size();
    }

    private static Map<String, Integer> positions(List<IndexedFile> files) {
        var byPath = new HashMap<String, Integer>(files.size() * 2);
        for (int i = 0; i < files.size(); i++) {
            byPath.put(files.get(i).source().path(), i);
        }
        return byPath;
    }

    private static Map<String, List<Location>> locate(List<IndexedFile> files) {
        var byName = new HashMap<String, List<Location>>();
        for (IndexedFile file : files) {
            for (Definition definition : file.definitions()) {
                byName.computeIfAbsent(key(definition.name()), name -> new ArrayList<>(1))
                        .add(new Location(file.source().path(), definition));
            }
        }
        return byName;
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Returns every definition of this name, whatever its case, by path and then line. */
    public List<Location> definitionsOf(String name) {
        return List.copyOf(definitions.getOrDefault(key(name), List.of()));
    }

    /** Returns the definitions in a file, in the order of their first lines. */
    public List<Definition> definitionsIn(String path) {
        return indexed(path).map(IndexedFile::definitions).orElse(List.of());
    }

    /** Returns the innermost definition around these lines, if there is one. */
    public Optional<Definition> enclosing(String path, int first, int last) {
        return definitionsIn(path).stream()
                .filter(definition -> definition.kind() != Definition.Kind.CONSTANT && definition.encloses(first, last))
                .reduce((outer, inner) -> inner);
    }

    /** Returns the text of a file that was indexed. */
    public Optional<SourceFile> source(String path) {
        return indexed(path).map(IndexedFile::source);
    }

    /** Returns a file's text in which comments and the insides of strings are blanks; offsets stay the same. */
    public String codeOnly(SourceFile file) {
        return new String(CodeMask.of(file.text(), Language.of(file.path())));
    }

    /** Returns whether a path is that of a test, an example, a tool or a document. */
    public static boolean isSidePath(String path) {
        return PathKind.of(path) == PathKind.SIDE;
    }

    /** Returns whether a file holds code, by its name. */
    public static boolean isCode(String path) {
        return Language.of(path).isCode();
    }

    /** Returns the files whose code or comments hold this identifier, whatever its case, in path order. */
    public List<SourceFile> filesWith(String identifier) {
        Optional<Integer> term = vocabulary.find(Vocabulary.whole(identifier));
        return term.isEmpty()
                ? List.of()
                : files.stream()
                        .filter(file -> file.body().contains(term.get()))
                        .map(IndexedFile::source)
                        .toList();
    }

    /** Returns whether any file has this word, stemmed, in its text or path. */
    public boolean knows(String term) {
        return vocabulary
                .find(term)
                .filter(id -> files.stream().anyMatch(file -> file.contains(id)))
                .isPresent();
    }

    Optional<IndexedFile> indexed(String path) {
        return Optional.ofNullable(byPath.get(path)).map(files::get);
    }

    Optional<Integer> position(String path) {
        return Optional.ofNullable(byPath.get(path));
    }

    List<IndexedFile> files() {
        return files;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }
}
