// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.List;

/**
 * The paths of a folder that are to be read, sorted.
 *
 * @param cut how many a limit cut off
 * @param isWhole whether the deadline left the time to list them all
 */
record FileList(List<String> paths, int cut, boolean isWhole) {
    FileList {
        paths = List.copyOf(paths);
    }

    /** As many as there may be, and as there is memory for. */
    static FileList of(List<String> paths, int maxFiles, SearchMemory memory) {
        List<String> sorted = paths.stream().sorted().distinct().toList();
        int most = Math.min(sorted.size(), maxFiles);
        int kept = 0;
        while (kept < most && memory.take(SearchMemory.Part.NAMES, SearchMemory.bytesOf(sorted.get(kept)))) {
            kept++;
        }
        return new FileList(sorted.subList(0, kept), sorted.size() - kept, true);
    }
}
