// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.Fit;
import dev.cadre.examples.index.RankedFile;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** How far an answer can be trusted, told by what was measured. */
public enum Confidence {
    HIGH,
    MEDIUM,
    LOW,
    NONE;

    /** How many files of a ranking are looked at. */
    static final int FILES = 5;

    private static final double HIGH_COVERAGE = 0.4;
    private static final double HIGH_MARGIN = 0.2;
    private static final int HIGH_AGREEMENT = 2;

    /**
     * Measures a ranking by the windows of its first five files.
     *
     * <p>Two figures say whether the code speaks of the question at all: the share of the question that one place
     * covers, and how much that is in absolute terms, since a few lines never cover much of a long question. It is
     * high where the first file also leads in two of the three signals and leads the second file by a fifth.
     */
    public static Confidence of(List<RankedFile> ranked) {
        double coverage = most(ranked, Fit::coverage);
        double strength = most(ranked, Fit::strength);
        if (coverage < 0.2 && strength < 1) {
            return NONE;
        }
        if ((coverage < 0.3 && strength < 1.5) || (coverage < 0.4 && strength < 1)) {
            return LOW;
        }
        boolean leads = agreement(ranked.getFirst()) >= HIGH_AGREEMENT && margin(ranked) >= HIGH_MARGIN;
        return coverage >= HIGH_COVERAGE && leads ? HIGH : MEDIUM;
    }

    private static double most(List<RankedFile> ranked, ToDoubleFunction<Fit> figure) {
        return ranked.stream()
                .limit(FILES)
                .map(RankedFile::fit)
                .mapToDouble(figure)
                .max()
                .orElse(0);
    }

    private static int agreement(RankedFile first) {
        RankedFile.Signals signals = first.signals();
        return (signals.words() == 1 ? 1 : 0) + (signals.place() == 1 ? 1 : 0) + (signals.history() == 1 ? 1 : 0);
    }

    private static double margin(List<RankedFile> ranked) {
        return ranked.size() < 2
                ? 1
                : 1 - ranked.get(1).score() / ranked.getFirst().score();
    }

    /** Returns the lower-case form used in output. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
