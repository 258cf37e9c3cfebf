// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.price.Money;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What all members of a changing group need together. Each is asked once, and not before somebody wants the sum. */
final class NeedSum<T> {
    private final Function<T, Money> need;
    private final Set<T> unasked = new LinkedHashSet<>();
    private final Map<T, Money> asked = new HashMap<>(); // only ever looked up, never iterated
    private Money sum = Money.ZERO;

    NeedSum(Function<T, Money> need) {
        this.need = need;
    }

    void add(T member) {
        unasked.add(member);
    }

    /** Takes a member out, if it is one. */
    void remove(T member) {
        if (!unasked.remove(member)) {
            Money its = asked.remove(member);
            sum = its == null ? sum : sum.minus(its);
        }
    }

    Money sum() {
        for (T member : unasked) {
            Money its = need.apply(member);
            sum = sum.plus(its);
            asked.put(member, its);
        }
        unasked.clear();
        return sum;
    }
}
