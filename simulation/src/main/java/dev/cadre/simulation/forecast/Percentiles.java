// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import java.util.Collection;
import java.util.List;

/**
 * How a figure is spread over many runs. Each of these is the figure of a run: the smallest one that so many hundredths of
 * all figures do not exceed.
 *
 * @param <T> the figure
 */
public record Percentiles<T extends Comparable<? super T>>(T min, T p50, T p90, T p95, T p99, T max) {
    /**
     * The percentiles of some figures.
     *
     * @throws IllegalArgumentException if there are none
     */
    static <T extends Comparable<? super T>> Percentiles<T> of(Collection<T> figures) {
        if (figures.isEmpty()) {
            throw new IllegalArgumentException("no figures");
        }
        List<T> sorted = figures.stream().sorted().toList();
        return new Percentiles<>(
                sorted.getFirst(), at(sorted, 50), at(sorted, 90), at(sorted, 95), at(sorted, 99), sorted.getLast());
    }

    /**
     * Whether a figure lies between the least and the greatest of these, both included. One more run under the same
     * assumptions does, but for two in {@code runs + 1}: of 200 runs the range is one of 99 %.
     */
    public boolean cover(T figure) {
        return figure.compareTo(min) >= 0 && figure.compareTo(max) <= 0;
    }

    private static <T> T at(List<T> sorted, int percent) {
        return sorted.get(Math.ceilDiv(sorted.size() * percent, 100) - 1);
    }
}
