// SPDX-License-Identifier: Apache-2.0
/** Keeps attempts inside a model's limits. */
@NullMarked
package dev.cadre.pool;

import org.jspecify.annotations.NullMarked;
