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
     * @param maxResults how many passages a call may return, 1 to 50; more than {@value #PRICED_RESULTS} are
     *     reserved at as many times what the catalogue bounds for that many
     */
    record FileSearch(List<String> vectorStoreIds, int maxResults) implements ProviderTool {
        /** How many passages of a call the token bound of a {@code ToolPrice} counts on. */
        public static final int PRICED_RESULTS = 20;

        public FileSearch {
            vectorStoreIds = List.copyOf(vectorStoreIds);
            if (vectorStoreIds.isEmpty() || maxResults < 1 || maxResults > 50) {
                throw new IllegalArgumentException("a file search needs a vector store and 1 to 50 results: %s, %d"
                        .formatted(vectorStoreIds, maxResults));
            }
        }

        /** With at most 20 passages a call. */
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
     * Calls tools of a remote MCP server. They run without anybody being asked, unless the subtask type also has a
     * {@code dev.cadre.task.McpApproval}: allow only those that may run unwatched. A call to the model whose reply is lost
     * is made again, and the provider may then run them again: allow none that must not run twice.
     *
     * <p>What a server wants to be shown, such as a key, is no part of this, which is on record in journals and cassettes:
     * it is given to the client, by the server's address.
     *
     * @param label names the server to the model
     * @param address where it is: https, and nothing secret in it, so neither a user nor a query
     * @param allowedTools the only tools of it that may be called, at least one
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
