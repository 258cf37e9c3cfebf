// SPDX-License-Identifier: Apache-2.0
/** Tells by labelled examples which tier is good enough for a kind of work. */
@NullMarked
package dev.cadre.eval;

import org.jspecify.annotations.NullMarked;
