// SPDX-License-Identifier: Apache-2.0
/** Reads JSON text from outside into bounded, immutable trees. */
@NullMarked
package dev.cadre.json;

import org.jspecify.annotations.NullMarked;
