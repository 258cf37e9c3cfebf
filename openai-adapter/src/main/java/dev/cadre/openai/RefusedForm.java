// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.regex.Pattern;

/** What a refusal says of the form of an answer, in whatever words. */
final class RefusedForm {
    /** Who asks for a form of the answer has few others: here a wrong value means a form that the server lacks. */
    private static final Pattern FORM = words("response_format|json_schema|json_object|text\\.format"
            + "|structured[ _-]?outputs?|response format|json (?:mode|response)|response mime type|response_mime_type"
            + "|response_schema|response_?json_?schema|output[ _](?:format|config|schema)|controlled generation");

    /** What servers force an answer with; such words may also mean one schema that they cannot force. */
    private static final Pattern GRAMMAR =
            words("json schema|json grammar|grammar|xgrammar|(?:guided|constrained)[ _](?:generation|decoding|json)"
                    + "|schema is too complex|too many states");

    private static final Pattern TOOLS = words("tools?|tool_choice|function[ _-]?call(?:s|ing)?|functions?");

    private static final Pattern SCHEMA_OF_TOOL = Pattern.compile(
            "(?<![A-Za-z0-9_])tools?[\\[.]\\d|function_declarations|input_schema|\\.parameters(?![A-Za-z0-9_])",
            Pattern.CASE_INSENSITIVE);

    /** Another's fault than the server's: the schema is wrong, or the model wrote what has no form. */
    private static final Pattern OF_CALLER_OR_MODEL = Pattern.compile(
            "invalid_json_schema|invalid schema for|json_validate_failed|output_parse_failed|tool_use_failed",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern COMPLAINT = Pattern.compile(
            "must be|should be|expected|invalid|one of|cannot|can't|can not|incompatible|at the same time|fail"
                    + "|not enabled|too (?:complex|many|large)",
            Pattern.CASE_INSENSITIVE);

    private RefusedForm() {}

    private static Pattern words(String alternatives) {
        return Pattern.compile("(?<![A-Za-z0-9_])(?:" + alternatives + ")(?![A-Za-z0-9_])", Pattern.CASE_INSENSITIVE);
    }

    /**
     * Whether a form of the answer is refused, not the schema itself.
     *
     * @param isKept whether the server has answered in the form before, so that it may be one schema which it cannot force
     */
    static boolean isIn(Refusal refusal, boolean isKept) {
        return isComplaint(refusal)
                && (refusal.isNamed(FORM)
                        || (!isKept
                                && refusal.isNamed(GRAMMAR)
                                && !SCHEMA_OF_TOOL.matcher(refusal.said()).find()));
    }

    /** Whether a form of the answer is refused because tools are offered as well. */
    static boolean isBesideTools(Refusal refusal) {
        return isComplaint(refusal)
                && (refusal.isSaid(FORM) || refusal.isSaid(GRAMMAR))
                && refusal.isSaid(TOOLS)
                && !SCHEMA_OF_TOOL.matcher(refusal.said()).find();
    }

    private static boolean isComplaint(Refusal refusal) {
        return refusal.isOfRequest()
                && !OF_CALLER_OR_MODEL.matcher(refusal.body()).find()
                && (refusal.isOfUnknown() || COMPLAINT.matcher(refusal.said()).find());
    }
}
