// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.CodeIndex;
import dev.cadre.examples.index.Definition;
import dev.cadre.examples.index.Identifiers;
import dev.cadre.examples.repository.SourceFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the lines of code that use a name, without its definitions, imports, comments and strings. */
public final class CallSites {
    private static final int MAX_CALLS = 200;

    private final CodeIndex index;

    CallSites(CodeIndex index) {
        this.index = index;
    }

    /** The name, in exact case, and the paths to look in. */
    public record Request(String symbol, PathFilter paths) implements Work {}

    /** The lines, main code before tests, then by path and number; truncated above 200. */
    public record Found(List<Call> calls, boolean truncated) {
        public Found {
            calls = List.copyOf(calls);
        }
    }

    /** One line that uses the name, and the definition around it, or empty. */
    public record Call(String path, int line, String enclosing) {}

    /** Does not block. */
    public Found run(Request request) {
        var main = new ArrayList<Call>();
        var side = new ArrayList<Call>();
        for (SourceFile file : index.filesWith(request.symbol())) {
            List<Call> calls = CodeIndex.isSidePath(file.path()) ? side : main;
            if (CodeIndex.isCode(file.path()) && request.paths().accepts(file.path()) && calls.size() <= MAX_CALLS) {
                addCalls(request.symbol(), file, calls);
            }
        }
        main.addAll(side);
        return new Found(main.subList(0, Math.min(MAX_CALLS, main.size())), main.size() > MAX_CALLS);
    }

    private void addCalls(String symbol, SourceFile file, List<Call> calls) {
        Set<Integer> heads = index.definitionsIn(file.path()).stream()
                .filter(definition -> definition.name().equals(symbol))
                .map(Definition::startLine)
                .collect(Collectors.toSet());
        String code = index.codeOnly(file);
        var lines = new ArrayList<Integer>();
        Identifiers.scan(code, 0, code.length(), (start, end) -> {
            if (end - start == symbol.length() && code.startsWith(symbol, start)) {
                lines.add(file.lineAt(start));
            }
        });
        lines.stream()
                .distinct()
                .filter(line -> !heads.contains(line) && !isImport(file.line(line)))
                .limit(MAX_CALLS + 1L - calls.size()) // one more than is shown tells that there are more
                .forEach(line -> calls.add(new Call(file.path(), line, enclosing(file.path(), line))));
    }

    private String enclosing(String path, int line) {
        return index.enclosing(path, line, line).map(Definition::qualifiedName).orElse("");
    }

    /** Returns whether a line brings in names of other files. */
    static boolean isImport(String line) {
        String start = line.strip();
        return start.startsWith("import ")
                || start.startsWith("package ")
                || start.startsWith("using ")
                || start.startsWith("use ")
                || start.startsWith("from ")
                || start.startsWith("#include")
                || (start.startsWith("export ") && start.contains(" from "));
    }
}
