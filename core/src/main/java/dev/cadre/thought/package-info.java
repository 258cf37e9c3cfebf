// SPDX-License-Identifier: Apache-2.0
/** Separates what a model thought from what it answers. */
@NullMarked
package dev.cadre.thought;

import org.jspecify.annotations.NullMarked;
