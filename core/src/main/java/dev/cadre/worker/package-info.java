// SPDX-License-Identifier: Apache-2.0
/** Performs one subtask on one tier. */
@NullMarked
package dev.cadre.worker;

import org.jspecify.annotations.NullMarked;
