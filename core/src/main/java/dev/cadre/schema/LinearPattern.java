// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression whose search takes time linear in the text. Safe for use by many threads.
 *
 * <p>RE2 follows all paths through a pattern at once. So it reads each character once, in each of its states at most.
 */
final class LinearPattern {
    /** The number of states that can read a character in the time of one step. */
    private static final int STATES_PER_STEP = 32;

    private final Pattern pattern;
    private final long stepsPerLook;

    private LinearPattern(Pattern pattern) {
        this.pattern = pattern;
        stepsPerLook = 1L + pattern.programSize() / STATES_PER_STEP;
    }

    /**
     * Compiles a pattern.
     *
     * @throws PatternDialect.Refused if it has syntax that strict mode does not allow, or is too large
     */
    static LinearPattern of(String pattern) {
        try {
            return new LinearPattern(Pattern.compile(PatternDialect.toRe2(pattern)));
        } catch (PatternSyntaxException repeated) {
            // RE2 allows a thousand repetitions of a piece
            throw new PatternDialect.Refused("RE2 does not take it: " + repeated.getDescription());
        }
    }

    /** Whether the pattern matches a part of the text. */
    boolean occursIn(String text, Steps steps) {
        try {
            return pattern.matcher(new Counted(text, steps, stepsPerLook)).find();
        } catch (StackOverflowError tooDeep) {
            // RE2/J follows empty transitions by recursion, up to one frame for each state
            throw new Steps.Exceeded("its pattern takes more stack than this thread has");
        }
    }

    /** A text that counts steps for each character that is read. */
    private record Counted(String text, Steps steps, long stepsPerLook) implements CharSequence {
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
}
