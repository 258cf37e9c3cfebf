// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

/**
 * A named piece of code.
 *
 * @param name its own name
 * @param container name of the definition around it, or empty
 * @param startLine first line of its head
 * @param endLine last line of its body
 */
public record Definition(String name, String container, Kind kind, int startLine, int endLine) {
    /** What kind of thing is defined. */
    public enum Kind {
        TYPE,
        FUNCTION,
        CONSTANT
    }

    public Definition {
        if (startLine < 1 || endLine < startLine) {
            throw new IllegalArgumentException("lines of %s: %d-%d".formatted(name, startLine, endLine));
        }
    }

    /** Returns the name with that of its container in front, as in {@code Reader.close}. */
    public String qualifiedName() {
        return container.isEmpty() ? name : container + "." + name;
    }

    /** Returns whether these lines lie inside. */
    public boolean encloses(int first, int last) {
        return startLine <= first && last <= endLine;
    }

    /** Returns the number of lines. */
    public int lineCount() {
        return endLine - startLine + 1;
    }
}
