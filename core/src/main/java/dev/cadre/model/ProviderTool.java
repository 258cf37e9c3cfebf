// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * A tool that runs at the provider while it answers. What it returns is untrusted text that the caller never sees. Most
 * cost money by the call, beside the tokens that they bring into the input: a pool refuses one whose price it does not
 * know. Immutable.
 */
public sealed interface ProviderTool {
    /** What is priced alike. */
    enum Kind {
        WEB_SEARCH,
        FILE_SEARCH,
        /** Priced by the container; each call is taken for a new one. */
        CODE_INTERPRETER,
        MCP;

        /** The prefix of its fields in a price file, such as {@code web_search}. */
        public String fieldName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What it is priced as. */
    Kind kind();

    /**
     * Searches the web.
     *
     * @param allowedDomains the only domains it may read; every one if empty
     */
    record WebSearch(List<String> allowedDomains) implements ProviderTool {
        public WebSearch {
            allowedDomains = List.copyOf(allowedDomains);
        }

        /** Of the whole web. */
        public WebSearch() {
            this(List.of());
        }

        @Override
        public Kind kind() {
            return Kind.WEB_SEARCH;
        }
    }

    /**
     * Searches documents that were uploaded to the provider.
     *
     * @param vectorStoreIds where, at least one
     * @param maxResults how many passages a call may return, 1 to 50; the catalogue's token bound counts on at most 20
     */
    record FileSearch(List<String> vectorStoreIds, int maxResults) implements ProviderTool {
        public FileSearch {
            vectorStoreIds = List.copyOf(vectorStoreIds);
            if (vectorStoreIds.isEmpty() || maxResults < 1 || maxResults > 50) {
                throw new IllegalArgumentException("a file search needs a vector store and 1 to 50 results: %s, %d"
                        .formatted(vectorStoreIds, maxResults));
            }
        }

        /** With at most 20 passages a call. */
        public static FileSearch in(String... vectorStoreIds) {
            return new FileSearch(List.of(vectorStoreIds), 20);
        }

        @Override
        public Kind kind() {
            return Kind.FILE_SEARCH;
        }
    }

    /** Runs Python in a container of 1 GB at the provider, without network. */
    record CodeInterpreter() implements ProviderTool {
        @Override
        public Kind kind() {
            return Kind.CODE_INTERPRETER;
        }
    }

    /**
     * Calls a remote MCP server, without asking anybody: name the tools, and only those that may run unwatched. Servers
     * that want a key are not supported.
     *
     * @param label names the server to the model
     * @param address where it is, https
     * @param allowedTools the only tools of it that may be called, at least one
     */
    record RemoteMcp(String label, URI address, List<String> allowedTools) implements ProviderTool {
        public RemoteMcp {
            allowedTools = List.copyOf(allowedTools);
            if (!label.matches("[A-Za-z][A-Za-z0-9_-]{0,63}")
                    || !"https".equals(address.getScheme())
                    || address.getRawUserInfo() != null
                    || allowedTools.isEmpty()) {
                throw new IllegalArgumentException("an MCP server needs a label, an https address and tools: '%s', %s"
                        .formatted(label, allowedTools));
            }
        }

        @Override
        public Kind kind() {
            return Kind.MCP;
        }
    }
}
