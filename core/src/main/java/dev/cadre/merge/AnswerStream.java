// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds the texts of the answer in a reply that is still being written, and passes them on as they come. It checks
 * nothing: a reply that is no JSON makes it fall silent, and whoever reads the whole reply says what is wrong. Each
 * character is looked at once; depth and lengths of names are bounded. For one thread.
 */
final class AnswerStream implements Consumer<String> {
    private static final String ANSWER = "answer";
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NAME_CHARS = 200;
    private static final int HEX = 16;
    private static final int HEX_DIGITS = 4;

    private final AnswerListener listener;
    private final int call;
    private final Deque<Frame> frames = new ArrayDeque<>();
    private final StringBuilder name = new StringBuilder();
    private final StringBuilder text = new StringBuilder();
    private State state = State.BETWEEN;
    private int digits;
    private int code;
    private String place = "";

    private enum State {
        BETWEEN,
        NAME,
        TEXT,
        /** The end of the answer was read, or what is no JSON. */
        SILENT
    }

    private enum Escape {
        NONE,
        BEGUN,
        UNICODE
    }

    private Escape escape = Escape.NONE;

    /** An object or an array that is open. */
    private static final class Frame {
        final boolean isObject;
        boolean expectsName;
        String name = "";
        int index;

        Frame(boolean isObject) {
            this.isObject = isObject;
            this.expectsName = isObject;
        }

        String step() {
            return isObject ? "." + name : "[" + index + "]";
        }
    }

    AnswerStream(AnswerListener listener, int call) {
        this.listener = listener;
        this.call = call;
    }

    @Override
    public void accept(String piece) {
        for (int i = 0; i < piece.length() && state != State.SILENT; i++) {
            read(piece.charAt(i));
        }
        if (state == State.TEXT) {
            flush(false);
        }
    }

    private void read(char c) {
        switch (state) {
            case BETWEEN -> between(c);
            case NAME, TEXT -> inString(c);
            case SILENT -> {}
        }
    }

    private void between(char c) {
        Frame top = frames.peek();
        if (top == null) {
            if (c == '{') { // what stands before the object is prose
                frames.push(new Frame(true));
            }
            return;
        }
        switch (c) {
            case '"' -> beginString(top);
            case '{', '[' -> open(c == '{');
            case '}', ']' -> close(top, c == '}');
            case ',' -> {
                top.expectsName = top.isObject;
                top.index++;
                endAnswer();
            }
            default -> {} // a colon, white space, a number or a word
        }
    }

    private void open(boolean isObject) {
        if (frames.size() == MAX_DEPTH) {
            state = State.SILENT;
        } else {
            frames.push(new Frame(isObject));
        }
    }

    private void close(Frame top, boolean isObject) {
        if (top.isObject != isObject) {
            state = State.SILENT;
            return;
        }
        frames.pop();
        endAnswer();
    }

    /** Nothing behind the answer is text of it. */
    private void endAnswer() {
        if (frames.isEmpty() || (frames.size() == 1 && frames.element().name.equals(ANSWER))) {
            state = State.SILENT;
        }
    }

    private void beginString(Frame top) {
        escape = Escape.NONE;
        if (top.expectsName) {
            name.setLength(0);
            state = State.NAME;
        } else {
            text.setLength(0);
            place = place();
            state = State.TEXT;
        }
    }

    private boolean isAnswer() {
        return frames.getLast().name.equals(ANSWER);
    }

    /** Where the open value stands in the answer. */
    private String place() {
        if (!isAnswer()) {
            return "";
        }
        Function<Frame, String> step = Frame::step;
        String path = frames.reversed().stream().skip(1).map(step).collect(Collectors.joining());
        return path.startsWith(".") ? path.substring(1) : path;
    }

    private void inString(char c) {
        switch (escape) {
            case NONE -> {
                if (c == '\\') {
                    escape = Escape.BEGUN;
                } else if (c == '"') {
                    endString();
                } else {
                    append(c);
                }
            }
            case BEGUN -> {
                if (c == 'u') {
                    escape = Escape.UNICODE;
                    digits = 0;
                    code = 0;
                } else {
                    escape = Escape.NONE;
                    append(meant(c));
                }
            }
            case UNICODE -> {
                code = code * HEX + Math.max(0, Character.digit(c, HEX));
                digits++;
                if (digits == HEX_DIGITS) {
                    escape = Escape.NONE;
                    append((char) code);
                }
            }
        }
    }

    private static char meant(char escaped) {
        return switch (escaped) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            default -> escaped;
        };
    }

    private void append(char c) {
        StringBuilder to = state == State.NAME ? name : text;
        if (state == State.NAME && to.length() == MAX_NAME_CHARS) {
            state = State.SILENT;
        } else if (state == State.NAME || isAnswer()) {
            to.append(c);
        }
    }

    private void endString() {
        if (state == State.NAME) {
            Frame top = frames.element();
            top.name = name.toString();
            top.expectsName = false;
        } else {
            flush(true);
        }
        state = State.BETWEEN;
    }

    /** Passes on what there is; half a surrogate pair waits for its other half. */
    private void flush(boolean isWhole) {
        int end = text.length();
        if (!isWhole && end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        if (end > 0) {
            listener.on(new AnswerText(place, text.substring(0, end), call));
            text.delete(0, end);
        }
    }
}
