// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.share.ShareAnswer.Other;
import dev.cadre.share.ShareRequest.Silent;
import dev.cadre.share.SyncRequest.Stay;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Books one request for a share of rate limits. Pure but for the rows that it reads and writes. Public for stores, without
 * a promise of compatibility.
 *
 * <p>What it keeps: the shares of all rows are never more than the whole, and no row is less than what its holder may use by
 * what it was ever told. A row ends when its holder says that it leaves and keeps nothing, or when others have seen, on their
 * own clocks, that it was silent for its whole lease. So no clock of the store decides anything.
 */
public final class ShareBooks {
    private final ShareRows rows;
    private final ShareRequest request;
    private final Instant now;
    private final LimitRow limit;
    private final List<ShareRow> others = new ArrayList<>();
    private @Nullable ShareRow own;

    private ShareBooks(ShareRows rows, ShareRequest request) {
        this.rows = rows;
        this.request = request;
        LimitRow locked = rows.lock(request.limit());
        now = rows.now(); // after the lock, or a request that waited for it would turn the time back
        limit = locked.after(request.heard(), now);
        if (!limit.equals(locked)) {
            rows.write(limit);
        }
        rows.shares(request.limit()).forEach(this::sort);
    }

    /** Books a request, and answers it. */
    public static ShareAnswer share(ShareRows rows, ShareRequest request) {
        return new ShareBooks(rows, request).share();
    }

    private void sort(ShareRow row) {
        if (row.holder().equals(request.holder())) {
            own = row;
        } else {
            Optional<Silent> silence = silence(row);
            if (silence.isEmpty()) {
                others.add(row);
            } else if (silence.get().rest().isZero()) {
                rows.delete(row);
            } else {
                ShareRow shorter = row.with(silence.get().rest());
                rows.write(shorter);
                others.add(shorter);
            }
        }
    }

    /** What this holder has seen of the row, if others have not seen more. */
    private Optional<Silent> silence(ShareRow row) {
        return request.silent().stream()
                .filter(seen -> seen.holder().equals(row.holder()) && seen.sequence() == row.sequence())
                .filter(seen -> seen.rest().compareTo(row.lease()) < 0)
                .findFirst();
    }

    private ShareAnswer share() {
        ShareRow before = own;
        if (before != null && request.sequence() <= before.sequence()) {
            return answer(before.sequence(), before.share(), before.share());
        }
        if (request.stay() == Stay.LEAVES) {
            if (before != null) {
                end(before);
            }
            return answer(request.sequence(), 0, 0);
        }
        // a holder without a row was taken for dead: others may have what it had
        int kept = before == null ? 0 : Math.min(request.keeps(), before.share());
        var row = new ShareRow(
                request.limit(),
                request.holder(),
                request.sequence(),
                before == null ? 0 : before.share(),
                request.demand(),
                request.lease(),
                before == null ? now : before.since(),
                now);
        int due = DueShares.of(others, row).get(request.holder());
        int free =
                ShareRequest.WHOLE - others.stream().mapToInt(ShareRow::share).sum();
        int share = Math.max(kept, Math.min(due, free));
        rows.write(row.having(share, now));
        return answer(request.sequence(), share, due);
    }

    private void end(ShareRow before) {
        int owing = Math.min(request.keeps(), before.share());
        if (owing == 0) {
            rows.delete(before);
        } else {
            rows.write(before.left(owing, request.lease(), now));
        }
    }

    private ShareAnswer answer(long sequence, int share, int due) {
        List<Other> known = others.stream()
                .map(row -> new Other(row.holder(), row.sequence(), row.lease()))
                .toList();
        return new ShareAnswer(sequence, share, due, known, limit.limits(), limit.pause(now));
    }
}
