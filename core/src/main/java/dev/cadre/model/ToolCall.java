// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/**
 * A model's request to call a tool: untrusted text until it has been checked.
 *
 * @param callId the provider's id, which the result must carry
 * @param name the requested tool, which may not exist
 * @param arguments JSON text, which may be malformed
 */
public record ToolCall(String callId, String name, String arguments) {}
