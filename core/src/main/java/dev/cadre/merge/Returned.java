// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import java.util.Optional;

/**
 * What a subtask, or one item of a fan-out, returned.
 *
 * @param id the subtask, with {@code #index} for an item
 * @param value empty if it returned nothing
 */
record Returned<O>(String id, Optional<O> value) {}
