// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.OutputFormat;
import dev.cadre.thought.LeadingThought;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What had to be read or adapted beyond the API, one sentence each, every sentence once. */
final class ReplyNotes {
    private static final int MOST = 16;
    private static final int MAX_NAME_CHARS = 40;

    private final Failures failures;
    private final Set<String> notes = new LinkedHashSet<>();

    /** @param failures quotes what the server named */
    ReplyNotes(Failures failures) {
        this.failures = failures;
    }

    void add(String note) {
        if (notes.size() < MOST) {
            notes.add(note);
        }
    }

    void addAll(ReplyNotes more) {
        more.notes.forEach(this::add);
    }

    /** The answer in a text, with a note if thinking or other text around it was left out. */
    String withoutThought(String text, OutputFormat output) {
        String answer = LeadingThought.removed(text, output);
        LeadingThought.note(text, answer).ifPresent(this::add);
        return answer;
    }

    /** A name of the server's, cut, on one line and without keys. */
    String quoted(String name) {
        return "'" + failures.quote(name, MAX_NAME_CHARS) + "'";
    }

    /** Notes that nobody reads, for what is only looked at. */
    ReplyNotes apart() {
        return new ReplyNotes(failures);
    }

    List<String> list() {
        return List.copyOf(notes);
    }
}
