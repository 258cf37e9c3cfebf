// SPDX-License-Identifier: Apache-2.0
/** Limits what may be spent. */
@NullMarked
package dev.cadre.budget;

import org.jspecify.annotations.NullMarked;
