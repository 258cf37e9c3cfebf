// SPDX-License-Identifier: Apache-2.0
/** Worlds in virtual time that follow from a seed and hold the library to its promises. */
@NullMarked
package dev.cadre.simulation.proof;

import org.jspecify.annotations.NullMarked;
