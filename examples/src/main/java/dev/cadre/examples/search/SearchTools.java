// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import java.time.InstantSource;

/** The code workers of a search over one code base. Each is a function of its request; all may run at the same time. */
public record SearchTools(
        SymbolLookup symbolLookup,
        TextSearch textSearch,
        CallSites callSites,
        RankFiles rankFiles,
        PassageReader passageReader,
        GitHistory gitHistory,
        MapRepo mapRepo) {

    /** Returns the workers over this code base; the clock bounds a text search. */
    public static SearchTools over(CodeBase base, InstantSource clock) {
        return new SearchTools(
                new SymbolLookup(base.index()),
                new TextSearch(base.repository(), clock),
                new CallSites(base.index()),
                new RankFiles(base.ranker()),
                new PassageReader(base.index()),
                new GitHistory(base.history()),
                new MapRepo(base.repository(), base.index()));
    }
}
