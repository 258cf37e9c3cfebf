// SPDX-License-Identifier: Apache-2.0
/** Shows what a journal says of a run, as one page. */
@NullMarked
package dev.cadre.cli.report;

import org.jspecify.annotations.NullMarked;
