// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Lists the files of a folder without git: honours nested {@code .gitignore} files, follows no link. */
final class FolderWalk {
    /** A folder deeper than this is left out; no real source tree comes near it. */
    private static final int MAX_DEPTH = 100;

    private static final int MAX_IGNORE_BYTES = 1 << 20;

    private final ReadLimits limits;
    private final List<String> paths = new ArrayList<>();
    private int cut;

    private FolderWalk(ReadLimits limits) {
        this.limits = limits;
    }

    private record Scope(String prefix, IgnoreRules rules) {}

    static FileList list(Path root, ReadLimits limits) {
        var walk = new FolderWalk(limits);
        walk.visit(root, "", List.of(), 0);
        Collections.sort(walk.paths);
        return new FileList(walk.paths, walk.cut);
    }

    private void visit(Path folder, String prefix, List<Scope> outer, int depth) {
        var scopes = new ArrayList<>(outer);
        scopes.add(new Scope(prefix, rulesOf(folder)));
        for (Path entry : entries(folder)) {
            String path = prefix + entry.getFileName();
            boolean isFolder = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
            if (entry.endsWith(".git") || isIgnored(path, isFolder, scopes)) {
                continue;
            }
            if (!isFolder) {
                add(path);
            } else if (depth < MAX_DEPTH) {
                visit(entry, path + "/", scopes, depth + 1);
            }
        }
    }

    private void add(String path) {
        if (paths.size() < limits.maxFiles()) {
            paths.add(path);
        } else {
            cut++;
        }
    }

    private static boolean isIgnored(String path, boolean isFolder, List<Scope> scopes) {
        for (Scope scope : scopes.reversed()) {
            switch (scope.rules.judge(path.substring(scope.prefix.length()), isFolder)) {
                case IGNORED -> {
                    return true;
                }
                case KEPT -> {
                    return false;
                }
                case SILENT -> {}
            }
        }
        return false;
    }

    private static IgnoreRules rulesOf(Path folder) {
        Path file = folder.resolve(".gitignore");
        try {
            boolean readable =
                    Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= MAX_IGNORE_BYTES;
            return IgnoreRules.parse(
                    readable
                            ? SourceFile.of(".gitignore", Files.readAllBytes(file))
                                    .text()
                            : "");
        } catch (IOException unreadable) {
            return IgnoreRules.parse("");
        }
    }

    private static List<Path> entries(Path folder) {
        var entries = new ArrayList<Path>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entries::add);
        } catch (IOException | DirectoryIteratorException unreadable) {
            return List.of();
        }
        Collections.sort(entries);
        return entries;
    }
}
