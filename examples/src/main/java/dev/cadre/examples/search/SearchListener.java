// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

/** Hears how a search proceeds; called on the thread that searches. */
public interface SearchListener {
    /** Hears nothing. */
    SearchListener SILENT = new SearchListener() {};

    /** The code base was read and indexed. */
    default void opened(int files, long millis) {}

    /** A subtask ended. */
    default void ended(SearchReport.SubtaskEnd subtask) {}
}
