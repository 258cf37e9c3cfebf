// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.json.Json;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Tells on standard error what a client had to adapt to the server, each once, and the variables that spare it. Said in every form
 * of progress but {@link Progress#OFF}, and where nobody watches too: it costs money each time.
 */
final class NoteLines implements RunListener {
    /** Notes with figures in them may be many. */
    private static final int MOST = 10;

    private final PrintStream err;
    private final Progress form;
    private final Supplier<Learned> learned;
    private final Set<String> told = new HashSet<>();

    /** @param learned what has been found out by now */
    NoteLines(Progress form, Terminal terminal, Supplier<Learned> learned) {
        this.err = terminal.err();
        this.form = form;
        this.learned = learned;
    }

    @Override
    public synchronized void on(RunEvent event) {
        if (form != Progress.OFF
                && event instanceof RunEvent.AttemptEnded ended
                && ended.end() instanceof RunEvent.CallEnd.Replied replied) {
            replied.notes().forEach(this::tell);
            if (!replied.notes().isEmpty()) {
                learned.get().advice().ifPresent(this::tell);
            }
        }
    }

    private void tell(String note) {
        if (told.size() >= MOST || !told.add(note)) {
            return;
        }
        String line = TextOutput.visible(Echo.ofFailure(note));
        if (form == Progress.JSONL) {
            err.println(
                    new JsonOutput().document(Json.obj().with("event", "note").with("note", line)));
        } else {
            err.println("cadre: " + line);
        }
    }
}
