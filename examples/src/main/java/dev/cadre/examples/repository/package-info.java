// SPDX-License-Identifier: Apache-2.0
/** Reads the files of one folder, and nothing outside it. */
@NullMarked
package dev.cadre.examples.repository;

import org.jspecify.annotations.NullMarked;
