// SPDX-License-Identifier: Apache-2.0
/** Turns outcomes into one answer. */
@NullMarked
package dev.cadre.merge;

import org.jspecify.annotations.NullMarked;
