// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import java.util.List;

/** Work that the tests of forecasts share. */
final class Crew {
    record Topic(String name) {}

    record Note(String text) {}

    record Notes(List<Note> notes) {}

    record Brief(String headline) {}

    static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");
    static final SubtaskType<Notes, Brief> BRIEF = SubtaskType.model(
                    "brief", Notes.class, Brief.class, "Write one brief from the notes.")
            .startingAt(Tier.MINI);

    private Crew() {}
}
