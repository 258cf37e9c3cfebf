// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression that is searched for in time linear in the text. Safe for use by many threads.
 *
 * <p>RE2 follows all ways through a pattern at once, so each character of a text is looked at once, by at most all states.
 */
final class LinearPattern {
    /** So many states look at a character in the time of one step of a check. */
    private static final int STATES_PER_STEP = 32;

    private final Pattern pattern;
    private final long stepsPerLook;

    private LinearPattern(Pattern pattern) {
        this.pattern = pattern;
        stepsPerLook = 1L + pattern.programSize() / STATES_PER_STEP;
    }

    /**
     * The pattern.
     *
     * @throws PatternDialect.Refused if it is of another dialect than strict mode's, or too large
     */
    static LinearPattern of(String pattern) {
        try {
            return new LinearPattern(Pattern.compile(PatternDialect.toRe2(pattern)));
        } catch (PatternSyntaxException repeated) {
            // RE2 repeats no piece more than a thousand times
            throw new PatternDialect.Refused("RE2 does not take it: " + repeated.getDescription());
        }
    }

    /** Whether some part of the text is like the pattern. */
    boolean occursIn(String text, Steps steps) {
        try {
            return pattern.matcher(new Counted(text, steps, stepsPerLook)).find();
        } catch (StackOverflowError tooDeep) {
            // RE2/J follows empty transitions by recursion, up to one frame for each state
            throw new Steps.Exceeded("its pattern takes more stack than this thread has");
        }
    }

    /** A text that counts each look at one of its characters as steps of a check. */
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
