// SPDX-License-Identifier: Apache-2.0
/** Everything that the library itself says to a model: one file for each text, with a version. */
@NullMarked
package dev.cadre.prompt;

import org.jspecify.annotations.NullMarked;
