// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.regex.Pattern;

/**
 * The description of a tool that the model may call.
 *
 * @param name letters, digits, {@code _} and {@code -}, at most 64 characters
 * @param description a description of its effect and result, for the model
 * @param parametersSchema the strict JSON schema of its arguments, as text
 */
public record ToolSpec(String name, String description, String parametersSchema) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public ToolSpec {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("tool name '%s' must match %s".formatted(name, NAME));
        }
    }
}
