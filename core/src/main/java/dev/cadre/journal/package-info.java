// SPDX-License-Identifier: Apache-2.0
/** Remembers a run across crashes. */
@NullMarked
package dev.cadre.journal;

import org.jspecify.annotations.NullMarked;
