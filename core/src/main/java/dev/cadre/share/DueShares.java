// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import static dev.cadre.share.ShareRequest.WHOLE;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is due to each holder: max-min fairness over their demands, with a floor. Who could use less than an equal part gets
 * that; the others get equal parts of the rest. What nobody could use goes to those who use something, in equal parts, or to
 * all if nobody does.
 */
final class DueShares {
    /** Those who use less than this keep as much in all: a first call need not wait for others if few share the limits. */
    private static final int FLOOR = WHOLE / 100;

    private final Map<String, Integer> shares = new HashMap<>();

    private DueShares() {}

    /** Of what is not held by those who have left. */
    static DueShares of(List<ShareRow> others, ShareRow one) {
        var rows = new ArrayList<>(others);
        rows.add(one);
        int gone = rows.stream()
                .filter(ShareRow::hasLeft)
                .mapToInt(ShareRow::share)
                .sum();
        rows.removeIf(ShareRow::hasLeft);
        var due = new DueShares();
        due.divide(rows, WHOLE - gone);
        return due;
    }

    int get(String holder) {
        return shares.getOrDefault(holder, 0);
    }

    private void divide(List<ShareRow> rows, int whole) {
        int equal = whole / rows.size();
        long few = rows.stream().filter(row -> row.demand().share() < FLOOR).count();
        int floor = FLOOR / (int) Math.max(1, few);
        rows.sort(Comparator.<ShareRow>comparingInt(row -> wanted(row, equal, floor))
                .thenComparing(ShareRow::holder));
        int rest = whole;
        for (int i = 0; i < rows.size(); i++) {
            int given = Math.min(wanted(rows.get(i), equal, floor), rest / (rows.size() - i));
            shares.put(rows.get(i).holder(), given);
            rest -= given;
        }
        spread(rest, rows);
    }

    /** Never more than an equal part is a floor, so all of them fit. */
    private static int wanted(ShareRow row, int equal, int floor) {
        boolean isIdle = row.demand().share() == 0;
        int least =
                Math.min(equal, isIdle ? floor : Math.max(floor, row.demand().least()));
        return Math.max(least, (int) Math.min(WHOLE, row.demand().share()));
    }

    private void spread(int rest, List<ShareRow> rows) {
        List<ShareRow> busy =
                rows.stream().filter(row -> row.demand().share() > 0).toList();
        List<ShareRow> takers = busy.isEmpty() ? rows : busy;
        int left = rest;
        for (int i = 0; i < takers.size(); i++) {
            int more = left / (takers.size() - i);
            shares.merge(takers.get(i).holder(), more, Integer::sum);
            left -= more;
        }
    }
}
