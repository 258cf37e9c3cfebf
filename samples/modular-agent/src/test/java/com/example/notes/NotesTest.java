// SPDX-License-Identifier: Apache-2.0
package com.example.notes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.example.notes.Notes.Note;
import com.example.notes.Notes.Topic;
import dev.cadre.Coordinator;
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

    @Test
    void core_isANamedModule_whoseInsidesStayInside() {
        Module core = Coordinator.class.getModule();

        assertEquals("dev.cadre", core.getName());
        assertFalse(core.isExported("dev.cadre.run", NotesTest.class.getModule()));
        assertFalse(core.isExported("dev.cadre.schedule", NotesTest.class.getModule()));
    }
}
