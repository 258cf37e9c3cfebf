// SPDX-License-Identifier: Apache-2.0
/** May we? */
@NullMarked
package dev.cadre.budget;

import org.jspecify.annotations.NullMarked;
