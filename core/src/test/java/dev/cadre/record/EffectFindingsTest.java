// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Money;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectFindingsTest {
    @TempDir
    Path folder;

    /** Somebody changed the journal, or nobody knew the effect of the item. */
    @ParameterizedTest
    @ValueSource(strings = {"", "no digest", "0123456789abcdef"})
    void effectOfAnItem_thatIsNoDigest_isNoneOnRecord(String effect) {
        try (var journal = FileJournal.open(folder.resolve("journal"))) {
            journal.append(new JournalEntry.RunStarted("run", Fingerprint.of("asked"), "", Money.ZERO, "", ""));
            journal.append(EffectFindings.inOrder("run", "mails", List.of(effect)));
            journal.append(new JournalEntry.RunEnded("run", "complete", List.of()));

            for (int item = 0; item < 2; item++) {
                var key = new JournalKey("run", "mails", item);
                assertThatThrownBy(() -> EffectFindings.didNotHappen(journal, key))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("no effect of item %d of 'mails' is on record".formatted(key.item()));
            }
        }
    }
}
