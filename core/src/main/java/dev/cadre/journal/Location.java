// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

/**
 * Where a store keeps a record.
 *
 * @param offset from the beginning, in whatever the store counts; that of a later record is greater
 * @param length in bytes, with the line feed
 */
public record Location(long offset, int length) {}
