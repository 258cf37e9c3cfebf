// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

/**
 * A citation whose lines were found on disk just now.
 *
 * @param snippet the first of its lines, word for word; a line of over 2,000 characters is cut and marked
 */
public record CheckedCitation(Citation citation, String snippet) {}
