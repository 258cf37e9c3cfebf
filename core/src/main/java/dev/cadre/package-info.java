// SPDX-License-Identifier: Apache-2.0
/** Runs a goal or a graph to a result. */
@NullMarked
package dev.cadre;

import org.jspecify.annotations.NullMarked;
