// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
@Tag("slow")
class FileJournalMemoryTest {
    private static final int ITEMS = 50_000;
    private static final int LOOK_UP_EVERY = 100;
    private static final int OUTPUT_CHARS = 500;
    private static final String MAX_HEAP = "-Xmx16m";

    @TempDir
    Path directory;

    private static Ended ended(int item) {
        var output = "\"%0{width}d\""
                .replace("{width}", String.valueOf(OUTPUT_CHARS))
                .formatted(item);
        return new Ended(
                new JournalKey("bulk", "label", item), Samples.PRINT, new Outcome.Succeeded<>(output), Spend.NONE);
    }

    /** Opens a journal with far more outputs than it has heap, and finds what it looks for. */
    static final class Resume {
        private Resume() {}

        public static void main(String[] arguments) {
            int found = 0;
            try (var journal = FileJournal.open(Path.of(arguments[0]))) {
                for (int i = 0; i < ITEMS; i += LOOK_UP_EVERY) {
                    var ended = ended(i);
                    found += journal.ended(ended.key(), Samples.PRINT)
                                    .filter(ended::equals)
                                    .isPresent()
                            ? 1
                            : 0;
                }
            }
            System.out.print("found " + found);
        }
    }

    @Test
    void outputs_ofManyItems_stayOutOfTheHeap() throws Exception {
        var file = directory.resolve("bulk.journal");
        try (var journal = Samples.open(file)) {
            var futures = new ArrayList<CompletableFuture<Void>>();
            for (int i = 0; i < ITEMS; i++) {
                futures.add(journal.submit(ended(i)));
            }
            CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).join();
        }
        assertThat(Files.size(file)).isGreaterThan((long) ITEMS * OUTPUT_CHARS);

        assertThat(ChildJvm.run(Resume.class, MAX_HEAP, file)).isEqualTo("found " + ITEMS / LOOK_UP_EVERY);
    }
}
