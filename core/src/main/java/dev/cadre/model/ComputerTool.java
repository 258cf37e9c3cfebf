// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * The tool by which a model operates a screen. A client whose provider has its own form of such a tool sends that form,
 * and returns its calls as {@link ToolCall}s of this {@linkplain #NAME name} with arguments of this shape:
 *
 * <pre>{@code {"actions":[{"type":"click","x":10,"y":20,"button":"left"}],
 *  "pending_safety_checks":[{"id":"sc_1","code":"malicious_instructions","message":"..."}]}}</pre>
 *
 * <p>If the provider accepts only an image as the result, the text of the result follows as a message. A result with an
 * image states that the safety checks of its call were approved.
 */
public final class ComputerTool {
    /** The name of its calls. */
    public static final String NAME = "computer";

    /** The tool as it is listed in a request. */
    public static final ToolSpec SPEC = new ToolSpec(
            NAME,
            "Operates a screen by mouse and keyboard, in the order of the actions, and shows the screen after the last one.",
            """
            {"type":"object","properties":{"actions":{"type":"array","items":{"anyOf":[\
            {"type":"object","properties":{"type":{"type":"string","enum":["screenshot","wait"]}},\
            "required":["type"],"additionalProperties":false},\
            {"type":"object","properties":{"type":{"type":"string","enum":["click"]},\
            "x":{"type":"integer"},"y":{"type":"integer"},\
            "button":{"type":"string","enum":["left","right","wheel","back","forward"]},\
            "keys":{"type":"array","items":{"type":"string"}}},\
            "required":["type","x","y","button","keys"],"additionalProperties":false},\
            {"type":"object","properties":{"type":{"type":"string","enum":["double_click","move"]},\
            "x":{"type":"integer"},"y":{"type":"integer"},"keys":{"type":"array","items":{"type":"string"}}},\
            "required":["type","x","y","keys"],"additionalProperties":false},\
            {"type":"object","properties":{"type":{"type":"string","enum":["scroll"]},\
            "x":{"type":"integer"},"y":{"type":"integer"},\
            "scroll_x":{"type":"integer"},"scroll_y":{"type":"integer"},\
            "keys":{"type":"array","items":{"type":"string"}}},\
            "required":["type","x","y","scroll_x","scroll_y","keys"],"additionalProperties":false},\
            {"type":"object","properties":{"type":{"type":"string","enum":["drag"]},\
            "path":{"type":"array","items":{"type":"object",\
            "properties":{"x":{"type":"integer"},"y":{"type":"integer"}},\
            "required":["x","y"],"additionalProperties":false}},\
            "keys":{"type":"array","items":{"type":"string"}}},\
            "required":["type","path","keys"],"additionalProperties":false},\
            {"type":"object","properties":{"type":{"type":"string","enum":["type"]},"text":{"type":"string"}},\
            "required":["type","text"],"additionalProperties":false},\
            {"type":"object","properties":{"type":{"type":"string","enum":["keypress"]},\
            "keys":{"type":"array","items":{"type":"string"}}},\
            "required":["type","keys"],"additionalProperties":false}]}}},\
            "required":["actions"],"additionalProperties":false}""");

    private ComputerTool() {}
}
