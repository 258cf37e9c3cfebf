// SPDX-License-Identifier: Apache-2.0
/** Keeps in a database what outlives a process. */
@NullMarked
package dev.cadre.jdbc;

import org.jspecify.annotations.NullMarked;
