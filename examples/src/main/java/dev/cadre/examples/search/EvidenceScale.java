// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.CodeIndex;
import dev.cadre.examples.index.Place;
import dev.cadre.examples.index.RankedFile;
import dev.cadre.examples.search.SearchPlan.Intent;
import java.util.ArrayList;
import java.util.List;

/** Turns what subtasks found into evidence on one scale: the best file of a ranking weighs about 1. */
public final class EvidenceScale {
    /** A name that is defined more often than this says little about where. */
    private static final int MAX_DEFINITIONS = 5;

    private static final double DEFINITION = 0.05;
    private static final double DEFINITION_OF_CALLED = 0.01;
    private static final double CALL = 2;
    private static final double HIT = 0.5;

    /** What occurs in few files of code is what was meant. */
    private static final int TELLING_FILES = 5;

    private static final double EXACT = 2;
    private static final double SIDE_FACTOR = 0.4;

    private final Intent intent;

    /** @param intent what the question wants decides what a call or a definition is worth */
    public EvidenceScale(Intent intent) {
        this.intent = intent;
    }

    /** Weighs passages of ranked files: the score of the file, less for its lesser places. */
    public List<Evidence> ofPassages(String id, List<Passage> passages, List<RankedFile> ranked) {
        double best = ranked.isEmpty() ? 1 : ranked.getFirst().score();
        var evidence = new ArrayList<Evidence>();
        for (Passage each : passages) {
            ranked.stream()
                    .filter(file -> file.path().equals(each.path()))
                    .findFirst()
                    .ifPresent(file -> evidence.add(new Evidence(
                            each.path(),
                            each.startLine(),
                            each.endLine(),
                            each.bestLine(),
                            each.symbol(),
                            file.score() / best * each.share(),
                            id)));
        }
        return evidence;
    }

    /** Weighs definitions of the names in the question. */
    public List<Evidence> ofDefinitions(String id, SymbolLookup.Found found, PathFilter paths) {
        double weight = switch (intent) {
            case EXACT -> EXACT;
            case CALLERS -> DEFINITION_OF_CALLED;
            default -> DEFINITION;
        };
        return found.definitions().stream()
                .filter(each -> paths.accepts(each.path()))
                .limit(MAX_DEFINITIONS)
                .map(each -> new Evidence(
                        each.path(),
                        each.startLine(),
                        Math.min(each.endLine(), each.startLine() + Place.MAX_LINES - 1),
                        each.startLine(),
                        each.name(),
                        weight * factor(each.path()),
                        id))
                .toList();
    }

    /** Weighs lines that use a name. */
    public List<Evidence> ofCalls(String id, CallSites.Found found) {
        return found.calls().stream()
                .map(call -> new Evidence(
                        call.path(),
                        call.line(),
                        call.line(),
                        call.line(),
                        call.enclosing(),
                        CALL * factor(call.path()),
                        id))
                .toList();
    }

    /** Weighs lines that match a pattern: most where few files have one. */
    public List<Evidence> ofHits(String id, TextSearch.Found found) {
        long files = found.hits().stream()
                .map(TextSearch.Hit::path)
                .filter(path -> factor(path) == 1)
                .distinct()
                .count();
        boolean isTelling = intent == Intent.EXACT && files <= TELLING_FILES && !found.truncated();
        double weight = isTelling ? EXACT : HIT;
        return found.hits().stream()
                .map(hit -> new Evidence(
                        hit.path(), hit.line(), hit.line(), hit.line(), "", weight * factor(hit.path()), id))
                .toList();
    }

    private static double factor(String path) {
        return CodeIndex.isSidePath(path) || !CodeIndex.isCode(path) ? SIDE_FACTOR : 1;
    }
}
