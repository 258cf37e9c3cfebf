// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.index.Definition.Kind;
import dev.cadre.examples.repository.SourceFile;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Knows which type or function each line of a file belongs to. The comment above a definition belongs to it. */
final class LineOwners {
    private final Owner[] owners;

    private LineOwners(Owner[] owners) {
        this.owners = owners;
    }

    /** A definition with the comment and the annotations above it. */
    record Owner(Definition definition, int first, int last) {}

    static LineOwners of(SourceFile file, List<Definition> definitions) {
        List<Owner> all = definitions.stream()
                .filter(each -> each.kind() != Kind.CONSTANT)
                .map(each -> new Owner(each, firstLine(each, file), each.endLine()))
                .toList();
        var owners = new Owner[file.lineCount() + 1];
        Deque<Owner> open = new ArrayDeque<>();
        int next = 0;
        for (int line = 1; line <= file.lineCount(); line++) {
            while (next < all.size() && all.get(next).first <= line) {
                open.push(all.get(next++));
            }
            while (!open.isEmpty() && open.peek().last < line) {
                open.pop();
            }
            owners[line] = open.peek();
        }
        return new LineOwners(owners);
    }

    /** Returns the innermost type or function that a line is part of. */
    Optional<Owner> of(int line) {
        return Optional.ofNullable(owners[line]);
    }

    private static int firstLine(Definition definition, SourceFile file) {
        int first = definition.startLine();
        int limit = Math.max(1, first - Place.MAX_LINES);
        while (first > limit && belongsToHead(file.line(first - 1).strip())) {
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
