// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.EnumMap;
import java.util.Map;

/**
 * The way of one request between two APIs that have never answered its model. Each is asked once. One that says that there
 * is no such address has said nothing of the request: the other counts. What was strange may have been a mishap: it is
 * asked again when the other refuses.
 *
 * <p>Not safe for use by many threads.
 */
final class AskedItem {
    private final Map<Api, Rebuff> last = new EnumMap<>(Api.class);
    private Api next;

    private int turns;

    /** The most answers in a row from one API: equal requests go the same way side by side, and each has its turns. */
    private int sharers = 1;

    private int inRow;

    /** @param first the API that is asked first */
    AskedItem(Api first) {
        next = first;
    }

    /** The API that it goes to next. */
    Api next() {
        return next;
    }

    /**
     * An API gave it no answer; says whether it goes on, without which the failure is that of the request.
     *
     * @param mostTurns so often it may find neither address
     */
    boolean goesOn(Api at, Rebuff rebuff, int mostTurns) {
        turns += at == next ? 1 : 0;
        inRow = at == next ? 1 : inRow + 1;
        sharers = Math.max(sharers, inRow);
        boolean wasRefusedHere = last.put(at, rebuff) == Rebuff.REFUSED;
        Rebuff there = last.get(at.usualOther());
        boolean isStrangeAtTheOnlyOne = rebuff == Rebuff.STRANGE && there == Rebuff.ABSENT;
        next = isStrangeAtTheOnlyOne ? at : at.usualOther();
        return switch (rebuff) {
            case ABSENT -> there != Rebuff.ABSENT || turns < mostTurns * sharers;
            case REFUSED -> there == null || (there == Rebuff.STRANGE && !wasRefusedHere);
            case STRANGE -> true; // a try of its own, which the pool counts
        };
    }
}
