// SPDX-License-Identifier: Apache-2.0
/** Decides what happens next in a run, and drives it. */
@NullMarked
package dev.cadre.schedule;

import org.jspecify.annotations.NullMarked;
