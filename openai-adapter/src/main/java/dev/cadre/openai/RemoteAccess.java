// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.Set;

/**
 * The hosts and servers that the provider may contact for a client.
 *
 * @param imageHosts the hosts that the address of an image may name
 * @param mcp the access of MCP servers
 */
record RemoteAccess(Set<String> imageHosts, McpAccess mcp) {
    /** No images of other hosts, and no MCP server. */
    static final RemoteAccess NONE = new RemoteAccess(Set.of(), McpAccess.NONE);

    RemoteAccess {
        imageHosts = Set.copyOf(imageHosts);
    }
}
