// SPDX-License-Identifier: Apache-2.0
/** The programs that come with Cadre. */
@NullMarked
package dev.cadre.examples;

import org.jspecify.annotations.NullMarked;
