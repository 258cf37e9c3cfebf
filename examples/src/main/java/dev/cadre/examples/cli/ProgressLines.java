// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.cli;

import dev.cadre.examples.cli.SearchOptions.Progress;
import dev.cadre.examples.search.SearchListener;
import dev.cadre.examples.search.SearchReport.SubtaskEnd;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prints one line on standard error for each thing that ended. */
final class ProgressLines implements SearchListener {
    private final PrintStream err;
    private final Progress form;
    private final JsonOutput json;

    private ProgressLines(PrintStream err, Progress form, JsonOutput json) {
        this.err = err;
        this.form = form;
        this.json = json;
    }

    /** Returns a listener that prints in this form; {@code AUTO} prints plainly on a terminal only. */
    static SearchListener of(Progress form, Terminal terminal, JsonOutput json) {
        return switch (form) {
            case OFF -> SILENT;
            case AUTO -> terminal.isErrTerminal() ? new ProgressLines(terminal.err(), Progress.PLAIN, json) : SILENT;
            case PLAIN, JSONL -> new ProgressLines(terminal.err(), form, json);
        };
    }

    @Override
    public void opened(int files, long millis) {
        if (form == Progress.PLAIN) {
            err.println("read " + files + " files (" + millis + " ms)");
        } else {
            err.println(json.event(event("opened", Map.of("files", files, "ms", millis))));
        }
    }

    @Override
    public void ended(SubtaskEnd subtask) {
        if (form == Progress.PLAIN) {
            err.println(
                    subtask.id() + " " + subtask.type() + " " + subtask.status() + " (" + subtask.millis() + " ms)");
            return;
        }
        var values = new LinkedHashMap<String, Object>();
        values.put("id", subtask.id());
        values.put("type", subtask.type());
        values.put("status", subtask.status());
        values.put("ms", subtask.millis());
        err.println(json.event(event("subtask", values)));
    }

    private static Map<String, Object> event(String name, Map<String, Object> values) {
        var event = new LinkedHashMap<String, Object>();
        event.put("event", name);
        event.putAll(values);
        return event;
    }
}
