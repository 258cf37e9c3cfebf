// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.Reservation;
import dev.cadre.journal.Fingerprint;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import org.jspecify.annotations.Nullable;

/** One item of an open shard. Its input is held only if its answer is judged by it. */
final class BatchItem<I> {
    private static final long UNKNOWN = -1;
    private static final int CUSTOM_ID_CHARS = 32;

    final String name;
    final Fingerprint fingerprint;
    final Reservation money;
    /** How often it was submitted in this session, this shard included. */
    final int tries;
    /** What its earlier tries in this session cost. */
    final Spend earlier;

    private long index = UNKNOWN;
    private @Nullable I input;
    private long offset = UNKNOWN;
    private int length;

    BatchItem(String name, Fingerprint fingerprint, Reservation money, int tries, Spend earlier) {
        this.name = name;
        this.fingerprint = fingerprint;
        this.money = money;
        this.tries = tries;
        this.earlier = earlier;
    }

    /** The same item for another shard. */
    BatchItem<I> again(Reservation reservation, int tried, Spend spent) {
        var item = new BatchItem<I>(name, fingerprint, reservation, tried, spent);
        item.setPlace(index, input);
        return item;
    }

    /** Where it stands in the stream; an item of an earlier session has no place before the stream has come to it. */
    void setPlace(long place, @Nullable I remembered) {
        index = place;
        input = remembered;
    }

    /** Its line is in the shard's file, there. */
    void setLine(long from, int bytes) {
        offset = from;
        length = bytes;
    }

    boolean hasPlace() {
        return index != UNKNOWN;
    }

    boolean hasLine() {
        return offset != UNKNOWN;
    }

    long index() {
        return index;
    }

    @Nullable
    I input() {
        return input;
    }

    long offset() {
        return offset;
    }

    int length() {
        return length;
    }

    Money reserved() {
        return money.amount();
    }

    /** The same item in another process, too; another one if its input or its type has changed. */
    String customId() {
        return customId(name, fingerprint);
    }

    static String customId(String name, Fingerprint fingerprint) {
        return Fingerprint.of(name, fingerprint.hex()).hex().substring(0, CUSTOM_ID_CHARS);
    }
}
