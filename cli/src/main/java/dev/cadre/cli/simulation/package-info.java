// SPDX-License-Identifier: Apache-2.0
/** A crew to be simulated: what it is asked to do, and what is assumed about its models. */
@NullMarked
package dev.cadre.cli.simulation;

import org.jspecify.annotations.NullMarked;
