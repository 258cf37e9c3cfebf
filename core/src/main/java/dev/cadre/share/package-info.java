// SPDX-License-Identifier: Apache-2.0
/** Divides a budget among processes. */
@NullMarked
package dev.cadre.share;

import org.jspecify.annotations.NullMarked;
