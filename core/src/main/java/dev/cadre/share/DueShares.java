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
 * that; the others get equal parts of the rest. What nobody could use goes to those who use something, in equal parts.
 */
final class DueShares {
    /** A holder that sends nothing keeps 1 %, so that its first call need not wait for others. */
    private static final int FLOOR = WHOLE / 100;

    private final Map<String, Integer> shares = new HashMap<>();

    private DueShares() {}

    static DueShares of(List<ShareRow> others, ShareRow one) {
        var rows = new ArrayList<>(others);
        rows.add(one);
        var due = new DueShares();
        due.divide(rows);
        return due;
    }

    int get(String holder) {
        return shares.getOrDefault(holder, 0);
    }

    private void divide(List<ShareRow> rows) {
        int equal = WHOLE / rows.size();
        rows.sort(Comparator.<ShareRow>comparingInt(row -> wanted(row, equal)).thenComparing(ShareRow::holder));
        int rest = WHOLE;
        for (int i = 0; i < rows.size(); i++) {
            int given = Math.min(wanted(rows.get(i), equal), rest / (rows.size() - i));
            shares.put(rows.get(i).holder(), given);
            rest -= given;
        }
        spread(rest, rows);
    }

    /** Never more than an equal part is a floor, so all of them fit. */
    private static int wanted(ShareRow row, int equal) {
        boolean isIdle = row.demand().share() == 0;
        int floor =
                Math.min(equal, isIdle ? FLOOR : Math.max(FLOOR, row.demand().least()));
        return Math.max(floor, (int) Math.min(WHOLE, row.demand().share()));
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
