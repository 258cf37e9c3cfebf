// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.model.Attachment;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import dev.cadre.task.Failure;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.ArrayList;
import java.util.List;

/**
 * The pictures and files that go with one input, those in it before those that its type attaches, made once: what the
 * identity of the work is taken of is what is sent. Carries no compatibility promise.
 */
public sealed interface Attached {
    /** They were made; empty for a type that attaches nothing. */
    record Made(List<Attachment> attachments) implements Attached {
        public Made {
            attachments = List.copyOf(attachments);
        }
    }

    /** The user's code could not make them. */
    record Unmade(Failure failure) implements Attached {}

    /** What a type without attachments has. */
    Made NONE = new Made(List.of());

    /** Makes them on the calling thread. Runs the user's code, which may block; does not throw. */
    static <I> Attached of(SubtaskType<I, ?> type, Object input) {
        if (!(type.work() instanceof Work.Model<I, ?> work)) {
            return NONE;
        }
        List<Attachment> within;
        try {
            within = within(type.inputType(), input);
        } catch (JsonException | ClassCastException unfit) {
            return new Unmade(new Failure(Failure.Kind.INVALID_INPUT, Excerpt.line(unfit)));
        }
        try {
            var all = new ArrayList<>(within);
            all.addAll(work.attachments(type.input().cast(input)));
            return new Made(all);
        } catch (Throwable thrown) {
            return new Unmade(Failure.thrown(Failure.Kind.INVALID_INPUT, thrown, place(type)));
        }
    }

    private static <I> List<Attachment> within(JsonType<I> form, Object input) {
        return form.holdsAttachments()
                ? Marked.of(form, form.rawType().cast(input)).attachments()
                : List.of();
    }

    /** Whether there may be any. The user's code is asked for them: a function of the type, or accessors of its input. */
    static boolean isNeededBy(SubtaskType<?, ?> type) {
        return type.work() instanceof Work.Model<?, ?> work
                && (work.isAttaching() || type.inputType().holdsAttachments());
    }

    /** The user's code that makes them, as failures name it. */
    static String place(SubtaskType<?, ?> type) {
        return "the code that attaches to subtask type '%s'".formatted(type.name());
    }
}
