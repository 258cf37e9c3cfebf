// SPDX-License-Identifier: Apache-2.0
/** Exercises for a real model, judged by code, whose replies are recorded and replayed. */
@NullMarked
package dev.cadre.suite;

import org.jspecify.annotations.NullMarked;
