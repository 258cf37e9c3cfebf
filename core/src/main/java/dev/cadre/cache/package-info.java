// SPDX-License-Identifier: Apache-2.0
/** Gives the outcome that an earlier run had for the same work. */
@NullMarked
package dev.cadre.cache;

import org.jspecify.annotations.NullMarked;
