// SPDX-License-Identifier: Apache-2.0
/** Keeps attempts within the limits of a model. */
@NullMarked
package dev.cadre.pool;

import org.jspecify.annotations.NullMarked;
