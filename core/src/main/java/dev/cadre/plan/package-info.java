// SPDX-License-Identifier: Apache-2.0
/** Turns a goal into a task graph. */
@NullMarked
package dev.cadre.plan;

import org.jspecify.annotations.NullMarked;
