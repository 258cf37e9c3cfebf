// SPDX-License-Identifier: Apache-2.0
/** Tells what happened in a run. */
@NullMarked
package dev.cadre.event;

import org.jspecify.annotations.NullMarked;
