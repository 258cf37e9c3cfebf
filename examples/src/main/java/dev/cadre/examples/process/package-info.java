// SPDX-License-Identifier: Apache-2.0
/** Starts other programs without handing them the keys of this one. */
@NullMarked
package dev.cadre.examples.process;

import org.jspecify.annotations.NullMarked;
