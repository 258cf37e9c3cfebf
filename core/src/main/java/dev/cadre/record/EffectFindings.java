// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.util.List;
import java.util.Optional;

/**
 * The findings of people about effects of unknown fate, as a journal has them. One about a subtask, or an item of a bulk, is
 * under its key. Items of fan-outs have no place of their own, so what is known of their effects is under {@link #OF_ITEMS}, by
 * the effect; beside that stand the effects of each fan-out in their order, because people speak of places.
 */
public final class EffectFindings {
    /** In place of a subtask, for what is known of lists of items; none is called so. */
    public static final String OF_ITEMS = "@effects";

    /** The fingerprint of every finding; no work has it. */
    private static final Fingerprint FOUND = Fingerprint.of("what became of an effect");

    private static final Outcome<String> NOT_HAPPENED =
            Outcome.failed(Failure.Kind.CANCELLED, "its effect did not happen, as somebody found out");
    private static final Outcome<String> UNKNOWN =
            Outcome.failed(Failure.Kind.EFFECT_UNKNOWN, "it was begun again since");

    /**
     * Under which the findings about one effect are.
     *
     * @param key that of the subtask, or the one of all items
     * @param finding the fingerprint of the findings
     */
    record Place(JournalKey key, Fingerprint finding) {
        static Place ofSubtask(JournalKey key) {
            return new Place(key, FOUND);
        }

        static Place ofItem(String run, Fingerprint effect) {
            return new Place(JournalKey.of(run, OF_ITEMS), Fingerprint.of(FOUND.hex(), effect.hex()));
        }

        private JournalEntry.Ended entry(Outcome<String> finding) {
            return new JournalEntry.Ended(key, this.finding, finding, Spend.NONE);
        }
    }

    private EffectFindings() {}

    /**
     * The entry that says: the effect happened, and this is the output.
     *
     * @throws IllegalArgumentException if no effect of such an item is on record
     * @throws IllegalStateException if the last session of the run broke off, and it is one of an item
     */
    public static JournalEntry.Ended happened(Journal journal, JournalKey key, String output) {
        return place(journal, key).entry(new Outcome.Succeeded<>(output));
    }

    /**
     * The entry that says: the effect did not happen.
     *
     * @throws IllegalArgumentException as {@link #happened}
     * @throws IllegalStateException as {@link #happened}
     */
    public static JournalEntry.Ended didNotHappen(Journal journal, JournalKey key) {
        return place(journal, key).entry(NOT_HAPPENED);
    }

    private static Place place(Journal journal, JournalKey key) {
        if (key.item() == JournalKey.WHOLE) {
            return Place.ofSubtask(key);
        }
        if (journal.runEnded(key.run()).isEmpty()) {
            throw new IllegalStateException(
                    "the last session of run %s broke off, and items may have moved in it: run it again, and take the index of its report"
                            .formatted(key.run()));
        }
        return journal.ended(JournalKey.of(key.run(), OF_ITEMS), inOrder(key.subtask()))
                .flatMap(effects -> effects.outcome().ifSucceeded())
                .flatMap(effects -> at(key.item(), effects))
                .map(effect -> Place.ofItem(key.run(), effect))
                .orElseThrow(() -> new IllegalArgumentException(
                        "no effect of item %d of '%s' is on record".formatted(key.item(), key.subtask())));
    }

    private static Optional<Fingerprint> at(int item, String effects) {
        try {
            return Json.parse(effects) instanceof Json.Arr(List<Json> all)
                            && item < all.size()
                            && all.get(item) instanceof Json.Str(String hex)
                            && !hex.isEmpty()
                    ? Optional.of(new Fingerprint(hex))
                    : Optional.empty();
        } catch (JsonException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    private static Fingerprint inOrder(String subtask) {
        return Fingerprint.of("the effects of the items", subtask);
    }

    /**
     * The entry that says which effects are those of the items of a fan-out, in their order.
     *
     * @param items in their order; of one whose input could not be written nobody knows the effect
     */
    public static JournalEntry.Ended ofItems(String run, String subtask, List<ItemName> items) {
        return inOrder(
                run,
                subtask,
                items.stream()
                        .map(item -> item.isKnown() ? item.effect().hex() : "")
                        .toList());
    }

    static JournalEntry.Ended inOrder(String run, String subtask, List<String> effects) {
        return new JournalEntry.Ended(
                JournalKey.of(run, OF_ITEMS),
                inOrder(subtask),
                new Outcome.Succeeded<>(Json.strings(effects).write()),
                Spend.NONE);
    }

    /** The finding that still counts: a success has the output, anything else is to be performed again. */
    static Optional<Outcome<String>> found(RunRecord record, Place place) {
        return record.recall(place.key(), place.finding()).filter(what -> !what.equals(UNKNOWN));
    }

    /** Revokes an earlier finding before the work is begun again; waits for the disk. */
    static void revoke(RunRecord record, Place place) {
        if (found(record, place).isPresent()) {
            record.append(place.entry(UNKNOWN));
        }
    }
}
