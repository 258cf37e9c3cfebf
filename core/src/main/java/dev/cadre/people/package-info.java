// SPDX-License-Identifier: Apache-2.0
/** Waits for the answers of people. */
@NullMarked
package dev.cadre.people;

import org.jspecify.annotations.NullMarked;
