// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.RankedFile;
import dev.cadre.examples.index.Window;
import java.util.List;
import java.util.Locale;

/** How far an answer can be trusted, told by what was measured. */
public enum Confidence {
    HIGH,
    MEDIUM,
    LOW,
    NONE;

    private static final double NONE_BELOW = 0.20;
    private static final double LOW_BELOW = 0.40;
    private static final double HIGH_FROM = 0.60;

    /**
     * Measures a ranking.
     *
     * <p>Below 0.20 of the question covered by the best window there is none, below 0.40 it is low. It is high from 0.60
     * on where the first file leads in two of the three signals or leads the second by a fifth.
     */
    public static Confidence of(List<RankedFile> ranked) {
        double coverage = ranked.stream()
                .limit(5)
                .flatMap(file -> file.windows().stream())
                .mapToDouble(Window::coverage)
                .max()
                .orElse(0);
        if (coverage < NONE_BELOW) {
            return NONE;
        }
        if (coverage < LOW_BELOW) {
            return LOW;
        }
        return coverage >= HIGH_FROM && (agreement(ranked.getFirst()) >= 2 || margin(ranked) >= 0.2) ? HIGH : MEDIUM;
    }

    private static int agreement(RankedFile first) {
        RankedFile.Signals signals = first.signals();
        return (signals.words() == 1 ? 1 : 0) + (signals.window() == 1 ? 1 : 0) + (signals.history() == 1 ? 1 : 0);
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
