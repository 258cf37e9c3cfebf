// SPDX-License-Identifier: Apache-2.0
/** Prices models and calls. */
@NullMarked
package dev.cadre.price;

import org.jspecify.annotations.NullMarked;
