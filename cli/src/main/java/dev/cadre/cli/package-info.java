// SPDX-License-Identifier: Apache-2.0
/** Turns the command line of {@code cadre} into work, its result into output. */
@NullMarked
package dev.cadre.cli;

import org.jspecify.annotations.NullMarked;
