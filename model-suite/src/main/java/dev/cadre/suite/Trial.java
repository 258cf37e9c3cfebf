// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

/**
 * One repetition of an exercise.
 *
 * @param repetition counted from 1
 */
record Trial(String section, String exercise, int repetition) {
    @Override
    public String toString() {
        return "%s/%s #%d".formatted(section, exercise, repetition);
    }
}
