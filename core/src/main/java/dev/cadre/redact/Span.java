// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A part of a text.
 *
 * @param end the index behind it
 */
record Span(int start, int end) {
    /** The parts in their order, those that overlap as one. */
    static List<Span> joined(List<Span> spans) {
        var joined = new ArrayList<Span>();
        for (Span span :
                spans.stream().sorted(Comparator.comparingInt(Span::start)).toList()) {
            if (!joined.isEmpty() && span.start < joined.getLast().end) {
                Span last = joined.removeLast();
                joined.add(new Span(last.start, Math.max(last.end, span.end)));
            } else {
                joined.add(span);
            }
        }
        return joined;
    }
}
