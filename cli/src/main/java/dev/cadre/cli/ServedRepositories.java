// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.examples.repository.RootFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The folders that a server searches, as they were when it began, by the names that a client knows them by. A name is looked
 * up, never opened.
 *
 * @param folders not empty, in the order of the command line
 */
record ServedRepositories(SequencedMap<String, RootFolder> folders) {
    private static final int MOST = 50;

    /** Names each folder by its last part; those whose last parts are the same, by the whole path. */
    static ServedRepositories of(List<String> typed) throws UsageException {
        if (typed.size() > MOST) {
            throw new UsageException(
                    "bad_argument", "--repo is given %d times; at most %d".formatted(typed.size(), MOST));
        }
        var real = new ArrayList<RootFolder>();
        for (String each : typed) {
            RootFolder folder = known(each);
            if (!real.contains(folder)) {
                real.add(folder);
            }
        }
        var folders = new LinkedHashMap<String, RootFolder>();
        for (RootFolder folder : real) {
            long same = real.stream()
                    .filter(other -> lastPart(other).equals(lastPart(folder)))
                    .count();
            folders.put(same == 1 ? lastPart(folder) : folder.path().toString(), folder);
        }
        return new ServedRepositories(folders);
    }

    private static RootFolder known(String typed) throws UsageException {
        Path folder = OptionValues.folder("--repo", typed);
        try {
            return RootFolder.of(folder);
        } catch (IOException e) {
            throw new UsageException("no_such_folder", "--repo: \"" + typed + "\" does not exist");
        }
    }

    private static String lastPart(RootFolder folder) {
        Path last = folder.path().getFileName();
        return last == null ? folder.path().toString() : last.toString();
    }

    boolean isOne() {
        return folders.size() == 1;
    }

    /**
     * The folder that a call means; empty stands for the only one. A whole path that is served is a name, too.
     *
     * @throws UsageException if there is none, or if something else stands where it was when the server began
     */
    RootFolder folder(String name) throws UsageException {
        RootFolder folder = name.isEmpty() && isOne() ? folders.firstEntry().getValue() : named(name);
        if (folder.isInItsPlace()) {
            return folder;
        }
        throw new UsageException(
                "no_such_folder",
                Files.isDirectory(folder.path(), LinkOption.NOFOLLOW_LINKS)
                        ? "another folder is in the place of this repository; start the server again to search it"
                        : "the folder of this repository is not there any more");
    }

    private RootFolder named(String name) throws UsageException {
        return folders.entrySet().stream()
                .filter(each -> each.getKey().equals(name)
                        || each.getValue().path().toString().equals(name))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElseThrow(() -> name.isEmpty()
                        ? new UsageException("bad_argument", "repo is missing; it is one of " + names())
                        : OptionValues.refused("repo", name, "a repository of this server, which are " + names()));
    }

    private String names() {
        return String.join(", ", folders.keySet());
    }
}
