// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Lists the files of a folder without git: honours nested {@code .gitignore} files, follows no link. What was listed can be
 * asked for while the walk goes on, or is kept by a file system that does not answer.
 */
final class FolderWalk {
    /** A folder deeper than this is left out, and counted; no real source tree comes near it. */
    private static final int MAX_DEPTH = 100;

    private static final int MAX_IGNORE_BYTES = 1 << 20;

    /** Entries of a folder beyond this number are not looked at. */
    private static final int MAX_ENTRIES = 1_000_000;

    private final RootJail jail;
    private final ReadLimits limits;
    private final Deadline deadline;
    private final List<String> paths = new ArrayList<>();
    private final SearchMemory memory;
    private int cut;
    private boolean ended;

    FolderWalk(RootJail jail, ReadLimits limits, Deadline deadline, SearchMemory memory) {
        this.memory = memory;
        this.jail = jail;
        this.limits = limits;
        this.deadline = deadline;
    }

    private record Scope(String prefix, IgnoreRules rules) {}

    /** Walks; blocks on the disk, and ends at the deadline unless the disk keeps it. */
    void run() throws IOException {
        try (Folder root = jail.root()) {
            visit(root, "", List.of(), 0);
        }
        end();
    }

    /** Returns what is listed so far. */
    synchronized FileList listed() {
        return new FileList(paths.stream().sorted().toList(), cut, ended);
    }

    private synchronized void end() {
        ended = !deadline.endsWork();
    }

    private synchronized void add(String path) {
        if (paths.size() < limits.maxFiles() && memory.take(SearchMemory.Part.NAMES, SearchMemory.bytesOf(path))) {
            paths.add(path);
        } else {
            cut++;
        }
    }

    private synchronized void cut() {
        cut++;
    }

    private void visit(Folder folder, String prefix, List<Scope> outer, int depth) throws IOException {
        try (var inside = new Held()) {
            var scopes = new ArrayList<>(outer);
            scopes.add(new Scope(prefix, rulesOf(folder, inside)));
            for (String name : folder.names(inside::takeName)) {
                if (deadline.endsWork()) {
                    return;
                }
                if (!name.equals(".git")) {
                    visitEntry(folder, name, prefix + name, scopes, depth);
                }
            }
        }
    }

    /** What is held while the walk is in a folder: its names and its rules. */
    private final class Held implements AutoCloseable {
        private long ofRules;
        private long ofNames;
        private int names;

        boolean takeRule(long bytes) {
            boolean hasRoom = memory.take(SearchMemory.Part.RULES, bytes);
            ofRules += hasRoom ? bytes : 0;
            return hasRoom;
        }

        /** Takes the name of an entry; those after one that is not taken are cut off. */
        boolean takeName(String name) {
            if (deadline.endsWork()) {
                return false;
            }
            long bytes = SearchMemory.bytesOf(name);
            boolean isTaken = names++ < MAX_ENTRIES && memory.take(SearchMemory.Part.FOLDERS, bytes);
            ofNames += isTaken ? bytes : 0;
            if (!isTaken) {
                cut();
            }
            return isTaken;
        }

        @Override
        public void close() {
            memory.giveBack(SearchMemory.Part.RULES, ofRules);
            memory.giveBack(SearchMemory.Part.FOLDERS, ofNames);
        }
    }

    private void visitEntry(Folder folder, String name, String path, List<Scope> scopes, int depth) {
        try {
            BasicFileAttributes attributes = folder.attributes(name);
            boolean isFolder = attributes.isDirectory();
            if (isIgnored(path, isFolder, scopes) || deadline.endsWork()) {
                return;
            }
            if (!isFolder) {
                add(path);
            } else if (depth < MAX_DEPTH) {
                try (Folder inner = folder.folder(name)) {
                    visit(inner, path + "/", scopes, depth + 1);
                }
            } else {
                cut();
            }
        } catch (IOException | InvalidPathException unreadable) {
            add(path); // whoever reads it finds out why it cannot be, and counts it
        }
    }

    private boolean isIgnored(String path, boolean isFolder, List<Scope> scopes) {
        for (Scope scope : scopes.reversed()) {
            switch (scope.rules.judge(path.substring(scope.prefix.length()), isFolder, deadline)) {
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

    private static IgnoreRules rulesOf(Folder folder, Held held) {
        try {
            boolean isFile = folder.attributes(".gitignore").isRegularFile();
            byte[] bytes = isFile ? folder.read(".gitignore", MAX_IGNORE_BYTES + 1) : new byte[0];
            boolean readable = bytes.length <= MAX_IGNORE_BYTES;
            return IgnoreRules.parse(readable ? FileText.of(bytes).orElse("") : "", held::takeRule);
        } catch (IOException none) {
            return IgnoreRules.parse("", held::takeRule);
        }
    }
}
