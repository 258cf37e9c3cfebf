// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.Set;

/**
 * What a client lets the provider reach on its behalf.
 *
 * @param imageHosts the hosts that a picture's address may name
 * @param mcp what MCP servers are shown
 */
record Reach(Set<String> imageHosts, McpAccess mcp) {
    /** No pictures of other hosts, and nothing to show to anybody. */
    static final Reach NONE = new Reach(Set.of(), McpAccess.NONE);

    Reach {
        imageHosts = Set.copyOf(imageHosts);
    }
}
