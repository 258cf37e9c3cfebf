// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.CodeIndex;
import dev.cadre.examples.index.Definition;
import java.util.Comparator;
import java.util.List;

/** Finds where names are defined. */
public final class SymbolLookup {
    private static final int MAX_DEFINITIONS = 200;

    private final CodeIndex index;

    SymbolLookup(CodeIndex index) {
        this.index = index;
    }

    /** The names to look for; an exact match of case goes first, other cases count only where there is none. */
    public record Request(List<String> names) implements Work {
        public Request {
            names = List.copyOf(names);
        }
    }

    /** The definitions by name, then by main code before tests, then by path; at most 200. */
    public record Found(List<Symbol> definitions) {
        public Found {
            definitions = List.copyOf(definitions);
        }
    }

    /** One definition. */
    public record Symbol(String name, Definition.Kind kind, String path, int startLine, int endLine) {}

    /** Does not block. */
    public Found run(Request request) {
        return new Found(request.names().stream()
                .distinct()
                .flatMap(name -> definitions(name).stream())
                .limit(MAX_DEFINITIONS)
                .map(SymbolLookup::symbol)
                .toList());
    }

    private List<CodeIndex.Location> definitions(String name) {
        List<CodeIndex.Location> all = index.definitionsOf(name);
        List<CodeIndex.Location> exact = all.stream()
                .filter(each -> each.definition().name().equals(name))
                .toList();
        return (exact.isEmpty() ? all : exact)
                .stream()
                        .sorted(Comparator.comparing((CodeIndex.Location each) -> CodeIndex.isSidePath(each.path())))
                        .toList();
    }

    private static Symbol symbol(CodeIndex.Location found) {
        Definition definition = found.definition();
        return new Symbol(
                definition.qualifiedName(),
                definition.kind(),
                found.path(),
                definition.startLine(),
                definition.endLine());
    }
}
