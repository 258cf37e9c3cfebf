// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.redact.Thrown;
import dev.cadre.schedule.RunDriver;
import dev.cadre.task.Failure;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * The pictures and files of the work under way: the user's code is asked once for each piece of work, so that what is sent
 * on every tier is what the identity in the journal was taken of. Safe for use by many threads, one for each piece of
 * work.
 */
public final class Attachments implements RunListener {
    /** Makes them; runs the user's code. */
    @FunctionalInterface
    public interface Making {
        Attached make() throws InterruptedException;
    }

    private final NavigableMap<String, Attached> made = new ConcurrentSkipListMap<>();

    /** @param label the subtask, with {@code #index} for an item, or the key of an item of a bulk */
    public Attached of(String label, SubtaskType<?, ?> type, Making making) throws InterruptedException {
        if (!Attached.isNeededBy(type)) {
            return Attached.NONE;
        }
        Attached known = made.get(label);
        if (known == null) { // not under a lock: the user's code may block
            Supplier<String> before = RunDriver.enter(() -> Attached.place(type));
            try {
                known = making.make();
            } finally {
                RunDriver.enter(before);
            }
            made.put(label, known);
        }
        return known;
    }

    /** The same, made on the calling thread. */
    public Attached of(String label, SubtaskType<?, ?> type, Object input) {
        try {
            return of(label, type, () -> Attached.of(type, input));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // nobody throws it
        }
    }

    /** The same on the thread that drives the run, which does not wait for longer than the run has time. */
    public Attached of(String label, SubtaskType<?, ?> type, Object input, UserCode aside) {
        try {
            return of(label, type, () -> made(label, type, input, aside));
        } catch (InterruptedException cancel) {
            Thread.currentThread().interrupt(); // for the driver, which waits next
            return unmade(Failure.Kind.CANCELLED, type, "it was interrupted");
        }
    }

    private static Attached made(String label, SubtaskType<?, ?> type, Object input, UserCode aside)
            throws InterruptedException {
        try {
            return aside.call(label, "attachments", type, () -> Attached.of(type, input));
        } catch (UserCode.LateException late) {
            return unmade(Failure.Kind.DEADLINE, type, Thrown.message(late));
        } catch (ExecutionException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static Attached unmade(Failure.Kind kind, SubtaskType<?, ?> type, String why) {
        return new Attached.Unmade(new Failure(kind, "%s: %s".formatted(Attached.place(type), why)));
    }

    /** This piece of work needs them no more. */
    public void release(String label) {
        made.remove(label);
    }

    /** A subtask that has ended needs them no more, nor do its items. */
    @Override
    public void on(RunEvent event) {
        if (event instanceof RunEvent.SubtaskEnded ended) {
            release(ended.subtaskId());
            made.subMap(ended.subtaskId() + "#", ended.subtaskId() + "$").clear();
        }
    }
}
