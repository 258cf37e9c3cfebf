// SPDX-License-Identifier: Apache-2.0
/** Creates the files that the library writes: for their owner alone, through no link, and gone with their process. */
@NullMarked
package dev.cadre.file;

import org.jspecify.annotations.NullMarked;
