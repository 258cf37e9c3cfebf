// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import java.util.List;

/**
 * What a model wants done on a screen, checked against its size: untrusted all the same, because a page may have asked for
 * it.
 */
public sealed interface Action {
    /** A button of the mouse. */
    enum Button {
        LEFT,
        RIGHT,
        MIDDLE,
        BACK,
        FORWARD
    }

    /**
     * A place on the screen, in pixels from its upper left corner.
     *
     * @param x from 0 to the width less 1
     * @param y from 0 to the height less 1
     */
    record Point(int x, int y) {
        @Override
        public String toString() {
            return x + "," + y;
        }
    }

    /** Where on the screen it is done; none if it is not done at a place. */
    default List<Point> points() {
        return switch (this) {
            case Click click -> List.of(click.at());
            case DoubleClick twice -> List.of(twice.at());
            case Move move -> List.of(move.to());
            case Scroll scroll -> List.of(scroll.at());
            case Drag drag -> drag.path();
            case Look look -> List.of();
            case Pause pause -> List.of();
            case Type type -> List.of();
            case Press press -> List.of();
        };
    }

    /** Shows the screen, and nothing else; what every turn ends with. */
    record Look() implements Action {}

    /** Gives the screen a moment, at most a second or two. */
    record Pause() implements Action {}

    /**
     * A click.
     *
     * @param held the keys held meanwhile, as the model names them: {@code SHIFT}, {@code CTRL}, {@code ALT}, {@code META}
     */
    record Click(Point at, Button button, List<String> held) implements Action {
        public Click {
            held = List.copyOf(held);
        }
    }

    /** Two clicks of the left button in quick succession. */
    record DoubleClick(Point at, List<String> held) implements Action {
        public DoubleClick {
            held = List.copyOf(held);
        }
    }

    /** The pointer moves. */
    record Move(Point to, List<String> held) implements Action {
        public Move {
            held = List.copyOf(held);
        }
    }

    /**
     * The wheel turns while the pointer is at a place.
     *
     * @param right pixels to the right; to the left if negative
     * @param down pixels down; up if negative
     */
    record Scroll(Point at, int right, int down, List<String> held) implements Action {
        public Scroll {
            held = List.copyOf(held);
        }
    }

    /** The left button goes down at the first point, and up at the last. */
    record Drag(List<Point> path, List<String> held) implements Action {
        public Drag {
            path = List.copyOf(path);
            held = List.copyOf(held);
        }
    }

    /** Text is typed into what has the focus; a line break is the Enter key. */
    record Type(String text) implements Action {
        /** The text may be a secret. */
        @Override
        public String toString() {
            return "Type[%d characters]".formatted(text.length());
        }
    }

    /** Keys go down together, and up again, as the model names them: {@code ENTER}, {@code CTRL} and {@code A}. */
    record Press(List<String> keys) implements Action {
        public Press {
            keys = List.copyOf(keys);
        }
    }
}
