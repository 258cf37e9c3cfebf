// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * The result of one {@link Check}.
 *
 * @param check what was asked of the server
 * @param verdict how well it did
 * @param message one sentence on what was seen; may quote the server, without keys
 * @param advice what to do about it; empty if nothing is, or nothing is known
 * @param notes what the client had to read or adapt beyond the API, see {@link dev.cadre.model.ModelReply#notes()}
 */
public record Finding(Check check, Verdict verdict, String message, String advice, List<String> notes) {
    /** How well a server does. */
    public enum Verdict {
        /** As the API says. */
        WORKS,
        /** It works because the client adapts; the notes say how. */
        ADAPTED,
        /** Something is missing that runs can do without; the message says what it costs. */
        LIMITED,
        /** Runs that need it fail, or their budget does not hold. */
        FAILED,
        /** There was no money, no time or no server left to ask. */
        NOT_TRIED;

        /** The word for people and programs. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    public Finding {
        Objects.requireNonNull(check, "the check of a finding is null");
        Objects.requireNonNull(verdict, "the verdict of a finding is null");
        Objects.requireNonNull(message, "the message of a finding is null");
        Objects.requireNonNull(advice, "the advice of a finding is null");
        notes = List.copyOf(notes);
    }

    Finding maskedBy(UnaryOperator<String> masker) {
        return new Finding(
                check,
                verdict,
                masker.apply(message),
                masker.apply(advice),
                notes.stream().map(masker).toList());
    }

    static Finding of(Check check, Verdict verdict, String message) {
        return new Finding(check, verdict, message, "", List.of());
    }

    Finding advising(String other) {
        return new Finding(check, verdict, message, other, notes);
    }

    /** The same finding with the notes of its calls; one that works by adapting says so. */
    Finding noting(List<String> others) {
        boolean adapted = verdict == Verdict.WORKS && !others.isEmpty();
        return new Finding(check, adapted ? Verdict.ADAPTED : verdict, message, advice, others);
    }
}
