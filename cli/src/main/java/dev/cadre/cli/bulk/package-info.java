// SPDX-License-Identifier: Apache-2.0
/** Has a model answer every line of a file, and writes a file with one result for each. */
@NullMarked
package dev.cadre.cli.bulk;

import org.jspecify.annotations.NullMarked;
