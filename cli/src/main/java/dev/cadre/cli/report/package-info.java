// SPDX-License-Identifier: Apache-2.0
/** Shows what a run or an eval did, as one page. */
@NullMarked
package dev.cadre.cli.report;

import org.jspecify.annotations.NullMarked;
