// SPDX-License-Identifier: Apache-2.0
/** Reads examples with known answers from the lines of a file. */
@NullMarked
package dev.cadre.cli.eval;

import org.jspecify.annotations.NullMarked;
