// SPDX-License-Identifier: Apache-2.0
/** A block of lines at the end of a terminal that is drawn anew while a command works. */
@NullMarked
package dev.cadre.cli.live;

import org.jspecify.annotations.NullMarked;
