// SPDX-License-Identifier: Apache-2.0
/** Ranks the files of a repository by the words of a question. */
@NullMarked
package dev.cadre.examples.index;

import org.jspecify.annotations.NullMarked;
