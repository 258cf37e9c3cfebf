// SPDX-License-Identifier: Apache-2.0
/** Forecasts of what a graph or a plan costs and how long it takes, from many runs in virtual time. */
@NullMarked
package dev.cadre.simulation.forecast;

import org.jspecify.annotations.NullMarked;
