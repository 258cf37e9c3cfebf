// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.repository.GitCommand;
import dev.cadre.examples.repository.SearchMemory;
import dev.cadre.redact.SecretShapes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last commits that HEAD can reach, newest first; empty where there is no git. Merges are left out.
 *
 * @param commits at most 4,000, and as many as there is memory for
 * @param head full id of the commit that is checked out, or empty
 */
public record History(List<Commit> commits, Optional<String> head) {
    private static final int MAX_SUBJECT_CHARACTERS = 500;
    /** What may be cut off, so that a key that begins before the cut is known as one. */
    private static final int MAX_SCANNED_CHARACTERS = MAX_SUBJECT_CHARACTERS + 300;

    private static final String LEFT_OUT = "[left out: it holds what looks like a key]";
    private static final String RECORD = "\u001e";
    private static final String FIELD = "\u001f";

    public History {
        commits = List.copyOf(commits);
    }

    /** Returns the history of nothing. */
    public static History none() {
        return new History(List.of(), Optional.empty());
    }

    /**
     * Reads the history of the folder of a git. Blocks until git ends, or until its deadline; what git has not printed by then is lost.
     * Commits before those that there is memory for are left out.
     */
    public static History read(GitCommand git, SearchMemory memory) throws InterruptedException {
        var log = new Log(memory);
        boolean isWhole = git.run(
                log::take,
                "log",
                "-n",
                "4000",
                "--no-merges",
                "--no-renames",
                "--no-ext-diff",
                "--no-textconv",
                "--name-only",
                "--relative",
                "-z",
                // a column is a character or half of one; shorter ones are filled up with blanks
                "--format=%x1e%H%x1f%as%x1f%<(1700,trunc)%s%x1f",
                "HEAD",
                "--",
                ".");
        return isWhole ? log.history() : none();
    }

    /** What git prints of commits, piece by piece. */
    static final class Log {
        private final SearchMemory memory;
        private final List<Commit> commits = new ArrayList<>();
        private final List<String> paths = new ArrayList<>();
        private String head = "";
        private String[] fields = new String[0];
        private boolean isFull;

        Log(SearchMemory memory) {
            this.memory = memory;
        }

        /** Takes what stands between two NULs: the fields of a commit, or the name of a file that it changed. */
        void take(String piece) {
            int record = piece.indexOf(RECORD);
            if (record < 0) {
                name(piece);
                return;
            }
            name(piece.substring(0, record));
            end();
            String[] found = piece.substring(record + 1).split(FIELD, 4);
            if (found.length == 4 && found[0].length() >= 12) {
                head = head.isEmpty() ? found[0] : head;
                fields = new String[] {found[0].substring(0, 12), found[1], subject(found[2])};
                requireRoom(fields);
                name(found[3]);
            }
        }

        private void name(String piece) {
            String name = piece.startsWith("\n") ? piece.substring(1) : piece;
            if (fields.length > 0 && !isFull && !name.isEmpty() && !SecretShapes.occurIn(name)) {
                requireRoom(name);
                paths.add(name);
            }
        }

        private void requireRoom(String... texts) {
            for (String text : texts) {
                isFull = isFull || !memory.take(SearchMemory.Part.HISTORY, SearchMemory.bytesOf(text));
            }
        }

        /** A commit of which a part does not fit is none. */
        private void end() {
            if (fields.length > 0 && !isFull) {
                commits.add(new Commit(fields[0], fields[1], fields[2], paths));
            }
            fields = new String[0];
            paths.clear();
        }

        History history() {
            end();
            return new History(commits, head.isEmpty() ? Optional.empty() : Optional.of(head));
        }
    }

    private static String subject(String whole) {
        String scanned = cut(whole, MAX_SCANNED_CHARACTERS).stripTrailing();
        return SecretShapes.occurIn(scanned) ? LEFT_OUT : cut(scanned, MAX_SUBJECT_CHARACTERS);
    }

    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
    }
}
