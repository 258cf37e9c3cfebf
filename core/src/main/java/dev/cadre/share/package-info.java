// SPDX-License-Identifier: Apache-2.0
/** Divides among processes what they share: budgets, rate limits. */
@NullMarked
package dev.cadre.share;

import org.jspecify.annotations.NullMarked;
