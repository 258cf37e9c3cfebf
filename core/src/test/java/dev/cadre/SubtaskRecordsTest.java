// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.pool.ModelPools;
import dev.cadre.record.Fingerprints;
import dev.cadre.record.RunIdentity;
import dev.cadre.record.RunRecord;
import dev.cadre.run.Attachments;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubtaskRecordsTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final Topic SAME = new Topic("same");

    @TempDir
    Path folder;

    /** What is attached is made on threads of its own, which come in any order. */
    @Test
    void itemsOfEqualInputs_areNumberedInTheOrderOfTheList_whateverIsAttached() {
        SubtaskType<Topic, Note> type =
                SubtaskType.model("note", Topic.class, Note.class, "Note it.").attaching(topic -> List.of());
        var identity = new RunIdentity("run", Fingerprint.of("asked"), "");
        var prints = new Fingerprints(ModelPools.builder().build(), Limits.DEFAULT);
        try (var journal = FileJournal.open(folder.resolve("journal"));
                var record = RunRecord.open(journal, prints, identity)) {
            var records = new SubtaskRecords("run", Optional.of(record), Optional.empty(), new Attachments());
            records.atOnce("votes", 0, type, SAME);
            records.atOnce("votes", 1, type, SAME);

            records.outcome("votes", 1, type, SAME);
            records.outcome("votes", 0, type, SAME);

            assertThat(records.workId("votes#1")).isEqualTo(records.workId("votes#0") + "-2");
        }
    }
}
