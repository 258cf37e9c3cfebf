// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The text files of a folder at one moment. Immutable, so any number of threads may read it.
 *
 * @param root the folder
 * @param files the files that were read, in path order
 * @param skipped how many files were left out, by reason
 */
public record Repository(RootFolder root, List<SourceFile> files, Map<SkipReason, Integer> skipped) {
    public Repository {
        files = List.copyOf(files);
        var ordered = new EnumMap<SkipReason, Integer>(SkipReason.class);
        ordered.putAll(skipped);
        skipped = Collections.unmodifiableMap(ordered);
    }

    /** Returns whether a limit or the deadline kept files from being read. */
    public boolean isTruncated() {
        return skipped.containsKey(SkipReason.OVER_LIMIT) || skipped.containsKey(SkipReason.DEADLINE);
    }

    /** Returns this repository with such files only; the others are left out for this reason. */
    public Repository only(Predicate<SourceFile> kept, SkipReason reason) {
        List<SourceFile> fewer = files.stream().filter(kept).toList();
        if (fewer.size() == files.size()) {
            return this;
        }
        var more = new EnumMap<SkipReason, Integer>(SkipReason.class);
        more.putAll(skipped);
        more.merge(reason, files.size() - fewer.size(), Integer::sum);
        return new Repository(root, fewer, more);
    }

    /** Returns the file of this path, if it was read. */
    public Optional<SourceFile> file(String path) {
        int low = 0;
        int high = files.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = files.get(middle).path().compareTo(path);
            if (order == 0) {
                return Optional.of(files.get(middle));
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }
}
