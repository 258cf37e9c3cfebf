// SPDX-License-Identifier: Apache-2.0
/** Asks a server by a few small calls what it can do. */
@NullMarked
package dev.cadre.probe;

import org.jspecify.annotations.NullMarked;
