// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import dev.cadre.share.SyncRequest.Wants;
import org.jspecify.annotations.Nullable;

/** The needs for which a shared budget lacks money that its store may have. Guarded by the lock of its tree. */
final class WaitingNeeds {
    private @Nullable Money least;
    private @Nullable Money most;

    void add(Money need) {
        least = least == null ? need : least.atMost(need);
        most = most == null ? need : most.atLeast(need);
    }

    boolean isEmpty() {
        return most == null;
    }

    /** The largest; zero if there is none. */
    Money most() {
        return most == null ? Money.ZERO : most;
    }

    /** What must be had besides what is at hand; nothing if that is enough by now. */
    Wants beyond(Money atHand, Money target) {
        if (least == null || most == null || !most.isMoreThan(atHand)) {
            return Wants.NONE;
        }
        Money largest = most.minus(atHand);
        Money smallest = least.minusOrZero(atHand);
        return new Wants(smallest.isZero() ? largest : smallest, largest, target);
    }

    /** Forgets them: whoever still waits asks again, because it is told that something has changed. */
    void clear() {
        least = null;
        most = null;
    }
}
