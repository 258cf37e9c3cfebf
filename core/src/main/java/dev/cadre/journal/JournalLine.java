// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.time.Instant;

/**
 * An entry as it stands in the file.
 *
 * @param number its place in the file, from 1
 * @param at when it was handed to the journal, by the wall clock, to the millisecond
 */
public record JournalLine(long number, Instant at, JournalEntry entry) {}
