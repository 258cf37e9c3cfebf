// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.redact.Redactor;
import dev.cadre.redact.SecretShapes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Messages as a command may show them: without keys, and without the names of Java's exceptions. */
final class Echo {
    private static final String MASK = "[redacted]";

    /** Of a few packages and a name of a usual length: the engine takes a frame of the stack for each repetition. */
    private static final Pattern EXCEPTION =
            Pattern.compile("\\b(?:[a-z]\\w{0,40}+\\.){1,12}[A-Z]\\w{0,80}(?:Exception|Error)\\b(?:: )?"
                    + "|\\b[A-Z]\\w{0,80}(?:Exception|Error): ");

    /** What a key may consist of; it is judged by {@link #isLikeAKey}. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9+_-]{12,}+");

    private static final int LEAST_MIXED = 20;
    private static final int LEAST_PLAIN = 32;

    private Echo() {}

    /** A message about a failure, whose ids of requests and batches are of use. */
    static String ofFailure(String message) {
        return EXCEPTION.matcher(Redactor.SHAPES.clean(message)).replaceAll("");
    }

    /** A message that repeats what was typed or set: whatever may be a key in it is masked, a long random name too. */
    static String ofInput(String message) {
        return WORD.matcher(ofFailure(message))
                .replaceAll(word -> isLikeAKey(word.group()) ? MASK : Matcher.quoteReplacement(word.group()));
    }

    private static boolean isLikeAKey(String word) {
        if (SecretShapes.begin(word)) {
            return true;
        }
        boolean hasDigit = word.chars().anyMatch(Character::isDigit);
        boolean hasUpper = word.chars().anyMatch(Character::isUpperCase);
        boolean hasLower = word.chars().anyMatch(Character::isLowerCase);
        boolean isMixed = hasUpper && hasLower && word.length() >= LEAST_MIXED;
        boolean isOneRun = word.length() >= LEAST_PLAIN && word.chars().allMatch(Character::isLetterOrDigit);
        return hasDigit && (isMixed || (isOneRun && (hasUpper || hasLower)));
    }
}
