// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.FileRanker;
import dev.cadre.examples.index.Query;
import dev.cadre.examples.index.RankedFile;
import java.util.List;

/** Ranks files by the words of a question. */
public final class RankFiles {
    private final FileRanker ranker;

    RankFiles(FileRanker ranker) {
        this.ranker = ranker;
    }

    /**
     * What to rank by.
     *
     * @param words words of any kind; identifiers are split
     * @param among code, or the texts and build files beside it
     * @param limit number of files, 1 to 1,000
     */
    public record Request(
            List<String> words, FileRanker.Among among, FileRanker.Sides sides, PathFilter paths, int limit)
            implements Work {
        public Request {
            words = List.copyOf(words);
            if (limit < 1 || limit > 1000) {
                throw new IllegalArgumentException("limit %d; 1 to 1000 are allowed".formatted(limit));
            }
        }
    }

    /** The files, best first, and among which they were ranked. */
    public record Found(FileRanker.Among among, List<RankedFile> files) {
        public Found {
            files = List.copyOf(files);
        }
    }

    /** Does not block. */
    public Found run(Request request) {
        List<RankedFile> ranked =
                ranker.rank(Query.ofWords(request.words()), request.among(), request.sides(), request.paths()::accepts);
        return new Found(request.among(), ranked.subList(0, Math.min(request.limit(), ranked.size())));
    }
}
