// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.ItemMachine;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RungId;

/** What is under way in a bulk run. */
final class BulkWork {
    private BulkWork() {}

    /** An item that has begun. */
    record Item<I, O>(long index, String key, I input, ItemMachine<I, O> machine, ItemLog log) {
        static <I, O> Item<I, O> of(BulkPending.Waiting<I> from, I input, ItemMachine<I, O> machine) {
            return new Item<>(from.index(), from.key(), input, machine, new ItemLog());
        }
    }

    /**
     * A rung of an item that wants money, or has it.
     *
     * @param rung as the machine of the item knows it
     */
    record Wanted<I, O>(Item<I, O> item, RunCommand.StartRung rung) {
        /** The name of the rung in the whole run: by the key of its item. */
        RungId id() {
            return new RungId(item.key, -1, rung.id().rung());
        }

        /** The rung under this name. */
        RunCommand.StartRung named() {
            return new RunCommand.StartRung(id(), rung.type(), rung.input(), rung.tier(), rung.evidence(), item.index);
        }
    }
}
