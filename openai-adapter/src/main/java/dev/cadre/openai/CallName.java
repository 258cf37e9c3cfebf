// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.Set;

/** The name of a streamed tool call: it may come once, again with each piece, as it grows, or in pieces. */
final class CallName {
    private final Set<String> tools;
    private final int longest;
    private final StringBuilder joined = new StringBuilder();
    private String last = "";
    private boolean repeated = true;

    /** @param tools the names that a call may have */
    CallName(Set<String> tools) {
        this.tools = tools;
        longest = tools.stream().mapToInt(String::length).max().orElse(0);
    }

    boolean isEmpty() {
        return joined.isEmpty();
    }

    void add(String piece) {
        repeated &= isEmpty() || piece.equals(last);
        joined.append(piece);
        last = piece;
    }

    /** The name as far as it came. */
    String read() {
        if (isShort() && tools.contains(joined.toString())) {
            return joined.toString();
        }
        return repeated || tools.contains(last) ? last : joined.toString();
    }

    /** Whether it is this name, as far as it came. */
    boolean is(String other) {
        return isTool() ? other.equals(read()) : repeated ? other.equals(last) : other.contentEquals(joined);
    }

    private boolean isShort() {
        return joined.length() <= longest;
    }

    private boolean isTool() {
        return tools.contains(last) || (isShort() && tools.contains(joined.toString()));
    }

    /**
     * Whether a piece may be of this name; else it is that of another call.
     *
     * @param sameCall whether the server says that it belongs to the same call
     */
    boolean goesOnWith(String piece, boolean sameCall) {
        if (is(piece) || beginsTool(piece)) {
            return true;
        }
        boolean areTools = isTool() && tools.contains(piece);
        boolean grows =
                piece.startsWith(last) || (piece.length() >= joined.length() && piece.startsWith(joined.toString()));
        return grows ? sameCall || !areTools : !isTool() && !tools.contains(piece);
    }

    private boolean beginsTool(String piece) {
        if (joined.length() + piece.length() > longest) {
            return false;
        }
        String next = joined + piece;
        return tools.stream().anyMatch(tool -> tool.startsWith(next));
    }
}
