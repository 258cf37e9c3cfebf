// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonFeed;
import dev.cadre.task.GraphNode;

/**
 * Reads the text of a plan while it is being written, and offers each subtask at the moment its text is complete.
 *
 * <p>The text is a JSON object with an array {@code subtasks}; what stands before its first brace or behind its last one,
 * such as a code fence, is passed over. An element that is no planned subtask becomes a defect and the next one is read; a
 * text that is cut off keeps the subtasks that were complete. One reader reads one text. Not safe for use by several
 * threads.
 */
public final class PlanReader {
    static final String SUBTASKS = "subtasks";

    /** The longest text that is read, in characters. */
    static final int MAX_CHARS = 1 << 20;

    /** The longest literal of one component, in characters of its JSON text. */
    static final int MAX_LITERAL_CHARS = 1 << 15;

    /** The most elements that are looked at. */
    static final int MAX_ELEMENTS = 10_000;

    /** The most wires and ids that a subtask may name. */
    static final int MAX_REFERENCES = 1_000;

    /** How the text ended. */
    public enum Ending {
        /** The object is whole. */
        WHOLE,
        /** The text stops before the object does. */
        CUT,
        /** The text is no JSON object or too long; what is wrong is among the defects. */
        MALFORMED
    }

    private final PlanIntake intake;
    private final JsonFeed feed = JsonFeed.ofArray(SUBTASKS, MAX_CHARS);
    private final StringBuilder heard = new StringBuilder();
    private boolean started;
    /** Where what was heard goes on behind the object. */
    private int behind = Integer.MAX_VALUE;

    private long received;
    private int elements;

    /** A reader of one text, which offers what it reads to the intake. */
    public PlanReader(PlanIntake intake) {
        this.intake = intake;
    }

    /** Reads on; the text may be cut anywhere. */
    public void accept(String chunk) {
        received += chunk.length();
        if (heard.length() <= MAX_CHARS) {
            heard.append(chunk);
        }
        int from = started ? 0 : chunk.indexOf('{');
        if (from < 0) {
            return;
        }
        started = true;
        // brace by brace: the end of the object must be seen before what stands behind it, however the text is cut
        while (from < chunk.length() && feed.state() == JsonFeed.State.OPEN) {
            int brace = chunk.indexOf('}', from);
            int to = brace < 0 ? chunk.length() : brace + 1;
            feed.accept(chunk.substring(from, to)).forEach(this::element);
            from = to;
        }
        if (feed.state() == JsonFeed.State.COMPLETE && behind == Integer.MAX_VALUE) {
            behind = heard.length() - chunk.length() + from;
        }
    }

    /** Says that no text follows. To be called once. */
    public Ending end() {
        try {
            if (feed.end().isEmpty()) {
                return Ending.CUT;
            }
            intake.settleSpelling();
            return Ending.WHOLE;
        } catch (JsonException e) {
            intake.settleSpelling();
            intake.reject(new PlanDefect("", "the rest of the plan cannot be read: " + e.getMessage()));
            return Ending.MALFORMED;
        }
    }

    /** Whether there are words, and no beginning of a plan that could be continued. */
    boolean isProse() {
        return !started && !heard.toString().isBlank();
    }

    /** The characters received so far. */
    long received() {
        return received;
    }

    /** Whether the text so far is the beginning of the whole one, or all that is needed of it. */
    boolean isAtOneWith(String whole) {
        String text = heard.toString();
        return feed.state() == JsonFeed.State.COMPLETE || whole.startsWith(text) || text.startsWith(whole);
    }

    /** Whether another object begins behind that of the plan, which is not read. */
    boolean isFollowedByAnother() {
        return behind < heard.length() && heard.indexOf("{", behind) >= 0;
    }

    private void element(Json json) {
        elements++;
        if (elements > MAX_ELEMENTS) {
            if (elements == MAX_ELEMENTS + 1) {
                intake.reject(new PlanDefect("", "the plan has more than %,d elements".formatted(MAX_ELEMENTS)));
            }
            return;
        }
        try {
            PlannedSubtask written = requireShort(PlannedJson.read(json));
            PlannedJson.listsOfOneId(json)
                    .forEach(name -> intake.note(
                            new PlanDefect(nameOf(json), name + " is one id: it was read as a list of it")));
            intake.offerWritten(written);
        } catch (JsonException e) {
            intake.reject(new PlanDefect(nameOf(json), String.valueOf(e.getMessage())));
        }
    }

    private static PlannedSubtask requireShort(PlannedSubtask planned) {
        planned.literals().forEach((name, json) -> {
            if (json.length() > MAX_LITERAL_CHARS) {
                throw new JsonException(
                        "input %s is longer than %,d characters".formatted(Quoted.of(name), MAX_LITERAL_CHARS));
            }
        });
        planned.when().filter(when -> when.is().length() > MAX_LITERAL_CHARS).ifPresent(when -> {
            throw new JsonException("\"when\" is longer than %,d characters".formatted(MAX_LITERAL_CHARS));
        });
        if (planned.wires().size() + planned.after().size() + planned.replaces().size() > MAX_REFERENCES) {
            throw new JsonException("it has more than %,d wires and ids to come after".formatted(MAX_REFERENCES));
        }
        return planned;
    }

    private String nameOf(Json element) {
        boolean named = element instanceof Json.Obj object
                && object.at(PlannedJson.ID).orElse(Json.Null.NULL) instanceof Json.Str id
                && GraphNode.isValidId(id.value());
        return named ? ((Json.Obj) element).string(PlannedJson.ID) : "#" + elements;
    }
}
