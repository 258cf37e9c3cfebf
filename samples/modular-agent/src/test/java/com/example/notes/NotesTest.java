// SPDX-License-Identifier: Apache-2.0
package com.example.notes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.example.notes.Notes.Note;
import com.example.notes.Notes.Topic;
import dev.cadre.testing.ScriptedModel;
import org.junit.jupiter.api.Test;

class NotesTest {
    @Test
    void note_isWritten() throws Exception {
        var model = new ScriptedModel();
        model.on(Notes.NOTE, new Topic("cats")).costing(1_000, 500).replies(new Note("They purr."));

        assertEquals(
                new Note("They purr."),
                Notes.write(model.pools(), new Topic("cats")).requireComplete());
    }
}
