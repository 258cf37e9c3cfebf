// SPDX-License-Identifier: Apache-2.0
/** The parts that runs of graphs, goals and bulks share. */
@NullMarked
package dev.cadre.run;

import org.jspecify.annotations.NullMarked;
