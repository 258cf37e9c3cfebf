// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.List;

/**
 * One commit of the history.
 *
 * @param sha its abbreviated id
 * @param date the author's date, as {@code yyyy-mm-dd}
 * @param subject its first line, cut at 500 characters
 * @param paths the files it changed, relative to the folder that is searched
 */
public record Commit(String sha, String date, String subject, List<String> paths) {
    public Commit {
        paths = List.copyOf(paths);
    }
}
