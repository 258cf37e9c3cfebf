// SPDX-License-Identifier: Apache-2.0
/** Runs plans, graphs and coordinators without a model, and says what they did. */
@NullMarked
package dev.cadre.testing;

import org.jspecify.annotations.NullMarked;
