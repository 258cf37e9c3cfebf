// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.GitCommand;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.redact.SecretShapes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The last commits that HEAD can reach, newest first; empty where there is no git. Merges are left out.
 *
 * @param commits at most 4,000
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

    /** Reads the history of a folder. Blocks until git ends, or until the deadline; what git has not printed by then is lost. */
    public static History read(RootFolder root, Deadline deadline) throws InterruptedException {
        Optional<String> log = GitCommand.in(root, deadline)
                .run(
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
        return log.map(History::parse).orElseGet(History::none);
    }

    static History parse(String log) {
        var commits = new ArrayList<Commit>();
        Optional<String> head = Optional.empty();
        for (String entry : log.split(RECORD, -1)) {
            String[] fields = entry.split(FIELD, 4);
            if (fields.length == 4 && fields[0].length() >= 12) {
                head = head.isPresent() ? head : Optional.of(fields[0]);
                commits.add(new Commit(fields[0].substring(0, 12), fields[1], subject(fields[2]), paths(fields[3])));
            }
        }
        return new History(commits, head);
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

    private static List<String> paths(String names) {
        return Arrays.stream(names.split("\0", -1))
                .map(name -> name.startsWith("\n") ? name.substring(1) : name)
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
