// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

/**
 * Where a line stands in the file.
 *
 * @param offset in bytes
 * @param length in bytes, with its line feed
 */
record Location(long offset, int length) {}
