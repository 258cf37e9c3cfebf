// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

/** The input of one kind of subtask of a search. */
public sealed interface Work
        permits SymbolLookup.Request,
                TextSearch.Request,
                CallSites.Request,
                RankFiles.Request,
                PassageReader.BestOf,
                GitHistory.Request,
                MapRepo.Request {

    /** Returns the name of the subtask type. */
    default String type() {
        return switch (this) {
            case SymbolLookup.Request r -> "symbol-lookup";
            case TextSearch.Request r -> "text-search";
            case CallSites.Request r -> "call-sites";
            case RankFiles.Request r -> "rank-files";
            case PassageReader.BestOf r -> "read-places";
            case GitHistory.Request r -> "git-history";
            case MapRepo.Request r -> "map-repo";
        };
    }
}
