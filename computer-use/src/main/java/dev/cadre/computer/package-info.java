// SPDX-License-Identifier: Apache-2.0
/** Lets a worker's model operate a screen. */
@NullMarked
package dev.cadre.computer;

import org.jspecify.annotations.NullMarked;
