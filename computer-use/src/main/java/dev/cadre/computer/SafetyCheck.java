// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

/**
 * A doubt of the provider about a turn, such as instructions hidden in a page: the conversation cannot go on unless it is
 * approved.
 *
 * @param code what kind of doubt, such as {@code malicious_instructions}; empty if not said
 * @param message one line for people; empty if not said
 */
public record SafetyCheck(String id, String code, String message) {
    /** Makes one line of each text, without characters that would steer a terminal, turn a direction or hide. */
    public SafetyCheck {
        id = PlainText.of(id);
        code = PlainText.of(code);
        message = PlainText.of(message);
    }
}
