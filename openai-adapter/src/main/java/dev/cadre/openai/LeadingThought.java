// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.List;
import java.util.Locale;

/** Separates blocks such as {@code <think>…</think>} at the beginning of an answer from the answer, piece by piece. */
final class LeadingThought {
    private static final List<String> TAGS = List.of("<think>", "<thinking>", "<reasoning>", "<thought>");

    private enum State {
        BEFORE,
        INSIDE,
        ANSWER
    }

    private final StringBuilder held = new StringBuilder();
    private State state = State.BEFORE;
    private String end = "";

    /** Takes a piece; returns what of the answer is certain now, which may be empty. */
    String pass(String piece) {
        return switch (state) {
            case BEFORE -> begin(piece);
            case INSIDE -> skip(piece);
            case ANSWER -> piece;
        };
    }

    /** What was held back because it might have become a block; empty inside one. */
    String rest() {
        String rest = state == State.BEFORE && !isFound() ? held.toString() : "";
        held.setLength(0);
        return rest;
    }

    /** Whether a block has begun. */
    boolean isFound() {
        return !end.isEmpty();
    }

    private String begin(String piece) {
        held.append(piece);
        String begun = held.toString().stripLeading();
        String lower = begun.substring(0, Math.min(begun.length(), 16)).toLowerCase(Locale.ROOT);
        for (String tag : TAGS) {
            if (lower.startsWith(tag)) {
                state = State.INSIDE;
                end = "</" + tag.substring(1);
                held.setLength(0);
                return skip(begun.substring(tag.length()));
            }
        }
        if (TAGS.stream().anyMatch(tag -> tag.startsWith(lower))) {
            return "";
        }
        state = State.ANSWER;
        String text = isFound() ? begun : held.toString();
        held.setLength(0);
        return text;
    }

    /** Keeps of the block only what may be the beginning of its end. */
    private String skip(String piece) {
        held.append(piece);
        int at = held.indexOf(end);
        if (at < 0) {
            held.delete(0, Math.max(0, held.length() - end.length()));
            return "";
        }
        String behind = held.substring(at + end.length());
        held.setLength(0);
        state = State.BEFORE;
        return begin(behind);
    }
}
