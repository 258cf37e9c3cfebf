// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * A tool that runs at the provider while the model answers. Its results are untrusted text that the caller never sees.
 * Most of these tools cost money for each call, besides the tokens that they add to the input; a pool refuses a tool
 * without a known price. Immutable.
 */
public sealed interface ProviderTool {
    /** The kinds of tools, each with one price. */
    enum Kind {
        WEB_SEARCH,
        FILE_SEARCH,
        /** Priced for each container; each call counts as a new container. */
        CODE_INTERPRETER,
        MCP;

        /** The prefix of its fields in a price file, such as {@code web_search}. */
        public String fieldName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The kind, which sets its price. */
    Kind kind();

    /**
     * Searches the web.
     *
     * @param allowedDomains the only domains that it may read; all domains if empty
     */
    record WebSearch(List<String> allowedDomains) implements ProviderTool {
        public WebSearch {
            allowedDomains = List.copyOf(allowedDomains);
        }

        /** A search of the whole web. */
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
     * @param vectorStoreIds the vector stores to search, at least one
     * @param maxResults the most passages that a call may return, 1 to 50; for more than {@value #PRICED_RESULTS} the
     *     bound of the catalogue is scaled up
     */
    record FileSearch(List<String> vectorStoreIds, int maxResults) implements ProviderTool {
        /** The number of passages for which the token bound of a {@code Price.OfTool} holds. */
        public static final int PRICED_RESULTS = 20;

        public FileSearch {
            vectorStoreIds = List.copyOf(vectorStoreIds);
            if (vectorStoreIds.isEmpty() || maxResults < 1 || maxResults > 50) {
                throw new IllegalArgumentException("a file search needs a vector store and 1 to 50 results: %s, %d"
                        .formatted(vectorStoreIds, maxResults));
            }
        }

        /** A search with at most 20 passages for each call. */
        public static FileSearch in(String... vectorStoreIds) {
            return new FileSearch(List.of(vectorStoreIds), PRICED_RESULTS);
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
     * Calls tools of a remote MCP server. They run without approval, unless the subtask type also has a
     * {@code dev.cadre.task.McpApproval}: allow only tools that may run unattended. A model call whose reply is lost is
     * retried, and the provider may then run the tools again: allow no tool that must not run twice.
     *
     * <p>The credentials of a server are no part of this record, because journals and cassettes contain it: they are
     * given to the client, by the server's address.
     *
     * @param label the name of the server for the model
     * @param address the address of the server: https, and without secrets, so with neither a user nor a query
     * @param allowedTools the only tools of the server that may be called, at least one
     */
    record RemoteMcp(String label, URI address, List<String> allowedTools) implements ProviderTool {
        public RemoteMcp {
            allowedTools = List.copyOf(allowedTools);
            if (!label.matches("[A-Za-z][A-Za-z0-9_-]{0,63}")
                    || !"https".equals(address.getScheme())
                    || address.getHost() == null
                    || address.getRawUserInfo() != null
                    || address.getRawQuery() != null
                    || address.getRawFragment() != null
                    || allowedTools.isEmpty()) {
                throw new IllegalArgumentException(
                        "an MCP server needs a label, an https address without user, query or fragment, and tools: '%s', %s"
                                .formatted(label, allowedTools));
            }
        }

        @Override
        public Kind kind() {
            return Kind.MCP;
        }
    }
}
