// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import java.util.List;

/**
 * The items of a bulk that had ended when the consumer of items threw: no item is handed over after that. It is
 * suppressed in what the consumer threw. A bulk with a journal has none: what has ended is on record there, and the next
 * session hands it over.
 */
public final class NotHandedOverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<BulkItem<?>> items;

    NotHandedOverException(List<? extends BulkItem<?>> items) {
        super("%d items had ended and were not handed over".formatted(items.size()), null, false, false);
        this.items = List.copyOf(items);
    }

    /** The items, the one at which the consumer threw first. */
    public List<BulkItem<?>> items() {
        return items;
    }

    /** The items that an exception which {@link Bulk#run} threw has with it; none unless the consumer threw it. */
    public static List<BulkItem<?>> items(Throwable thrown) {
        for (Throwable suppressed : thrown.getSuppressed()) {
            if (suppressed instanceof NotHandedOverException left) {
                return left.items;
            }
        }
        return List.of();
    }
}
