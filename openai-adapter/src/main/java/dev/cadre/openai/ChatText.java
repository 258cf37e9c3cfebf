// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.Optional;

/**
 * A text that comes in pieces, as a whole, or both: what comes as a whole may say again what is there, or more. Servers
 * that stream messages without pieces mean either; a message that begins with all that came before is a whole.
 */
final class ChatText {
    /** A last piece so long that says what several before it said is no piece: tokens are shorter. */
    private static final int SHORTEST_REPEATED = 16;

    private final StringBuilder text = new StringBuilder();
    /** What are wholes, unless a message follows that begins with something else: then they were pieces. */
    private final StringBuilder repeated = new StringBuilder();

    /** A piece that says all that several pieces said: it counts if another follows. */
    private String held = "";

    private int pieces;
    private int begin;
    private int end;
    private int inPieces;
    private boolean hasPieces;
    private boolean hasWholes;
    private boolean contradicted;

    /** Takes a piece; returns what it adds to the text: nothing, if it was said before. */
    String add(String piece) {
        if (piece.isEmpty()) {
            return "";
        }
        String before = release();
        if (pieces > 1
                && piece.length() >= SHORTEST_REPEATED
                && inPieces == text.length()
                && piece.contentEquals(text)) {
            held = piece;
            return before;
        }
        pieces++;
        return before + addPiece(piece);
    }

    private String release() {
        String piece = held;
        held = "";
        return piece.isEmpty() ? "" : addPiece(piece);
    }

    /** Whether the last piece was all of the text again. */
    boolean isRepeated() {
        return !held.isEmpty();
    }

    private String addPiece(String piece) {
        hasPieces = true;
        int said = Math.min(piece.length(), text.length() - inPieces);
        boolean isSaid = text.substring(inPieces, inPieces + said).equals(piece.substring(0, said));
        String more = isSaid ? piece.substring(said) : piece;
        append(more);
        inPieces = isSaid ? inPieces + piece.length() : text.length();
        return more;
    }

    private void append(String piece) {
        if (!piece.isBlank()) {
            begin = end > 0
                    ? begin
                    : text.length() + piece.length() - piece.stripLeading().length();
            end = text.length() + piece.stripTrailing().length();
        }
        text.append(piece);
    }

    /** Takes what is probably a whole; returns what it adds to the text. */
    String addWhole(String given) {
        if (given.isEmpty()) {
            return "";
        }
        boolean hasHeld =
                !held.isEmpty() && given.length() >= text.length() + held.length() && given.startsWith(text + held);
        String before = hasHeld ? release() : "";
        return before + addOtherWhole(given);
    }

    private String addOtherWhole(String given) {
        Optional<String> more = more(text, given);
        if (more.isEmpty() && (hasPieces || hasWholes)) {
            contradicted = !holds(given.strip());
            return "";
        }
        contradicted = false;
        if (more.isPresent()) {
            boolean isAgain = !text.isEmpty();
            hasWholes |= isAgain && !more.get().isEmpty();
            repeated.append(isAgain && !hasWholes && !hasPieces ? given : "");
            append(more.get());
            return more.get();
        }
        String pieces = repeated + given;
        append(pieces);
        inPieces = text.length();
        repeated.setLength(0);
        return pieces;
    }

    /** What a whole has behind the beginning that is there; empty if it begins with something else. */
    static Optional<String> more(StringBuilder beginning, String whole) {
        boolean begins = whole.length() >= beginning.length() && whole.startsWith(beginning.toString());
        return begins ? Optional.of(whole.substring(beginning.length())) : Optional.empty();
    }

    /** Whether this begins or ends with a shorter whole, but for white space around them. */
    private boolean holds(String whole) {
        return whole.length() <= end - begin
                && (text.substring(begin, begin + whole.length()).equals(whole)
                        || text.substring(end - whole.length(), end).equals(whole));
    }

    /** Whether the last whole says something else than the pieces, so that nobody knows which of them counts. */
    boolean isContradicted() {
        return contradicted;
    }

    int length() {
        return text.length();
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
