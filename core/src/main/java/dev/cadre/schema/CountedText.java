// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

/** A text that counts each look at one of its characters as steps of a check. */
final class CountedText implements CharSequence {
    private final String text;
    private final Steps steps;
    private final long stepsPerLook;

    CountedText(String text, Steps steps, long stepsPerLook) {
        this.text = text;
        this.steps = steps;
        this.stepsPerLook = stepsPerLook;
    }

    @Override
    public char charAt(int index) {
        steps.take(stepsPerLook);
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
