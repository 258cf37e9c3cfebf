// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import dev.cadre.json.Json;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * A call of a tool.
 *
 * @param arguments as the client sent them, of any names and kinds
 * @param arrived when it was read; it may have waited for other calls since
 * @param progress is told what is done now, a line at a time; does not block
 */
public record ToolCall(Json.Obj arguments, Instant arrived, Consumer<String> progress) {}
