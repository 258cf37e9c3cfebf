// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.CodeIndex;
import dev.cadre.examples.index.Definition;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.SourceFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Outlines a repository: its folders, the code files in each, the types each file defines. */
public final class MapRepo {
    private final Repository repository;
    private final CodeIndex index;

    MapRepo(Repository repository, CodeIndex index) {
        this.repository = repository;
        this.index = index;
    }

    /**
     * The size of the outline.
     *
     * @param depth folders deeper than this are counted with their parent, 1 to 20
     * @param maxLines 1 to 2,000
     */
    public record Request(int depth, int maxLines) implements Work {
        public Request {
            if (depth < 1 || depth > 20 || maxLines < 1 || maxLines > 2000) {
                throw new IllegalArgumentException(
                        "depth %d of 1 to 20, maxLines %d of 1 to 2000".formatted(depth, maxLines));
            }
        }
    }

    /** The outline, folders in path order; truncated if it did not fit. */
    public record Found(List<String> lines, boolean truncated) {
        public Found {
            lines = List.copyOf(lines);
        }
    }

    /** Does not block. */
    public Found run(Request request) {
        var lines = new ArrayList<String>();
        folders(request.depth()).forEach((folder, files) -> {
            lines.add(folder + "/ (" + files.size() + " files)");
            files.forEach(file ->
                    lines.add("  " + file.path().substring(file.path().lastIndexOf('/') + 1) + types(file)));
        });
        boolean truncated = lines.size() > request.maxLines();
        return new Found(truncated ? lines.subList(0, request.maxLines()) : lines, truncated);
    }

    private Map<String, List<SourceFile>> folders(int depth) {
        var folders = new TreeMap<String, List<SourceFile>>();
        repository.files().stream()
                .filter(file -> CodeIndex.isCode(file.path()))
                .forEach(file -> folders.computeIfAbsent(folder(file.path(), depth), name -> new ArrayList<>())
                        .add(file));
        return folders;
    }

    private static String folder(String path, int depth) {
        int end = -1;
        for (int i = 0; i < depth && path.indexOf('/', end + 1) >= 0; i++) {
            end = path.indexOf('/', end + 1);
        }
        return end < 0 ? "." : path.substring(0, end);
    }

    private String types(SourceFile file) {
        List<String> names = index.definitionsIn(file.path()).stream()
                .filter(definition -> definition.kind() == Definition.Kind.TYPE
                        && definition.container().isEmpty())
                .map(Definition::name)
                .limit(5)
                .toList();
        return names.isEmpty() ? "" : ": " + String.join(", ", names);
    }
}
