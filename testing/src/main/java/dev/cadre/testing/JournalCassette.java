// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.file.OwnFiles;
import dev.cadre.file.TempFolder;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelClient;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/**
 * A run that is replayed from the journal it left: its plan, the values of its subtasks and its merge come from there,
 * and whatever would have to be asked of a model fails. A journal holds values, not replies: what failed or was skipped
 * is tried again, as after a crash, and so fails here with a message that tells how it ended.
 *
 * <p>Works on a copy, so the journal is only read; it need not be closed elsewhere. What the recorded sessions spent is
 * what the replay reports, and counts against its budget. Safe for use by many threads.
 */
public final class JournalCassette implements AutoCloseable {
    private final Path original;
    private final TempFolder folder;
    private final FileJournal copy;

    private JournalCassette(Path original, TempFolder folder, FileJournal copy) {
        this.original = original;
        this.folder = folder;
        this.copy = copy;
    }

    static JournalCassette open(Path journal) {
        try {
            TempFolder folder = TempFolder.open();
            try {
                Path copy = Files.copy(journal, folder.path().resolve("journal"));
                return new JournalCassette(journal, folder, FileJournal.open(copy));
            } catch (IOException | RuntimeException e) {
                folder.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "journal %s cannot be replayed: %s".formatted(journal, OwnFiles.reason(e)), e);
        }
    }

    /** The journal to give to {@link dev.cadre.Coordinator#journal}. */
    public Journal journal() {
        return copy;
    }

    /**
     * Pools that call nothing. They must name the models of the recorded run, because another model is another answer.
     *
     * @param models the pools of the recorded run, or such as they were; they are not called
     */
    public ModelPools pools(ModelPools models) {
        return models.decorated(real -> refusing());
    }

    /** As {@link #pools(ModelPools)}, for the launch names of the GPT-5.4 family. */
    public ModelPools pools() {
        ModelClient client = refusing();
        return ModelPools.builder()
                .bind(Tier.FLAGSHIP, ModelPool.of(client, "gpt-5.4"))
                .bind(Tier.MINI, ModelPool.of(client, "gpt-5.4-mini"))
                .bind(Tier.NANO, ModelPool.of(client, "gpt-5.4-nano"))
                .build();
    }

    private ModelClient refusing() {
        return (request, context) -> {
            throw new UnrecordedCallException("journal %s has no answer to the call\n  %s\n%s"
                    .formatted(original, new ScriptedCall(request, context.purpose()), ends(context.purpose())));
        };
    }

    /** How the subtask of a call ended on record. */
    private String ends(CallPurpose purpose) {
        var ends = new ArrayList<String>();
        FileJournal.read(original, line -> {
            if (line.entry() instanceof Ended ended && label(ended).equals(purpose.subtaskId())) {
                ends.add(
                        ended.outcome().isSucceeded()
                                ? "it succeeded with another fingerprint: its type, its input or its models were not these"
                                : "it " + ended.outcome().reason());
            }
        });
        return ends.isEmpty() ? "there is no subtask '%s' on record".formatted(purpose.subtaskId()) : ends.getLast();
    }

    private static String label(Ended ended) {
        var key = ended.key();
        return key.item() < 0 ? key.subtask() : key.subtask() + "#" + key.item();
    }

    /** Forgets the copy. */
    @Override
    public void close() {
        copy.close();
        folder.close();
    }
}
