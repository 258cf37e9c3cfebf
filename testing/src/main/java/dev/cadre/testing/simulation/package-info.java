// SPDX-License-Identifier: Apache-2.0
/** Runs of a crew in virtual time: to hold the library to its promises, and to forecast time and cost. */
@NullMarked
package dev.cadre.testing.simulation;

import org.jspecify.annotations.NullMarked;
