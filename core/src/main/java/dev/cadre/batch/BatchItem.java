// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.budget.Reservation;
import dev.cadre.journal.Fingerprint;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import org.jspecify.annotations.Nullable;

/** One item of an open shard, with its money. */
public final class BatchItem {
    /** The place of the item's line in the file of its shard, in bytes, without the line break. */
    public record Line(long offset, int length) {}

    private static final long UNKNOWN = -1;
    private static final int CUSTOM_ID_CHARS = 32;

    private final String name;
    private final Fingerprint fingerprint;
    private final Reservation money;
    /** The number of submissions in this session, this shard's included. */
    final int tries;
    /** The cost of its earlier tries in this session. */
    final Spend earlier;

    private long index = UNKNOWN;
    private @Nullable Line line;

    /** An item that is submitted for the first time in this session, or is with the provider since an earlier one. */
    public BatchItem(String name, Fingerprint fingerprint, Reservation money) {
        this(name, fingerprint, money, 1, Spend.NONE);
    }

    private BatchItem(String name, Fingerprint fingerprint, Reservation money, int tries, Spend earlier) {
        this.name = name;
        this.fingerprint = fingerprint;
        this.money = money;
        this.tries = tries;
        this.earlier = earlier;
    }

    /** The same item for another shard. */
    BatchItem again(Reservation reservation, int tried, Spend spent) {
        var item = new BatchItem(name, fingerprint, reservation, tried, spent);
        item.placeAt(index);
        return item;
    }

    /** Sets its place in the stream; an item of an earlier session has none before the stream has come to it. */
    void placeAt(long place) {
        index = place;
    }

    void write(Line written) {
        line = written;
    }

    /** Whether the stream has come to it. */
    public boolean hasPlace() {
        return index != UNKNOWN;
    }

    public long index() {
        return index;
    }

    /** Its line; null if it is an item of an earlier session that the stream has not come to. */
    @Nullable
    Line line() {
        return line;
    }

    /** Its key. */
    public String name() {
        return name;
    }

    public Fingerprint fingerprint() {
        return fingerprint;
    }

    public Reservation money() {
        return money;
    }

    public Money reserved() {
        return money.amount();
    }

    /** The same item in another process, too; another one if its input or its type has changed. */
    String customId() {
        return customId(name, fingerprint);
    }

    /** The name of an item's request in its batch. */
    public static String customId(String name, Fingerprint fingerprint) {
        return Fingerprint.of(name, fingerprint.hex()).hex().substring(0, CUSTOM_ID_CHARS);
    }
}
