// SPDX-License-Identifier: Apache-2.0
/** Keeps secrets out of every text that others read. */
@NullMarked
package dev.cadre.redact;

import org.jspecify.annotations.NullMarked;
