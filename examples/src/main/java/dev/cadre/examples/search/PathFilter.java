// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.repository.Glob;

/**
 * The paths that a search looks at.
 *
 * @param glob a pattern as in {@code .gitignore}: without a slash it is matched with the name of the file, with one
 *     against the whole path; empty for all
 */
public record PathFilter(String glob) {
    /** All paths. */
    public static final PathFilter ALL = new PathFilter("");

    /** Returns whether this path is looked at. */
    public boolean accepts(String path) {
        if (glob.isEmpty()) {
            return true;
        }
        String pattern = glob.startsWith("/") ? glob.substring(1) : glob;
        boolean anchored = glob.indexOf('/') >= 0;
        return Glob.of(pattern).matches(anchored ? path : path.substring(path.lastIndexOf('/') + 1))
                || Glob.of(pattern.endsWith("/") ? pattern + "**" : pattern + "/**")
                        .matches(path);
    }
}
