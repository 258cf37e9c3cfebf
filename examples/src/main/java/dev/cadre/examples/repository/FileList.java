// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.List;

/**
 * The paths of a folder that are to be read, sorted.
 *
 * @param cut how many a limit cut off
 * @param isWhole whether the deadline left the time to list them all
 */
record FileList(List<String> paths, int cut, boolean isWhole) {
    FileList {
        paths = List.copyOf(paths);
    }
}
