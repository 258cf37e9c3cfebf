// SPDX-License-Identifier: Apache-2.0
/** Runs on a Temporal cluster: the decisions of a run are a workflow, its rungs are activities. */
@NullMarked
package dev.cadre.temporal;

import org.jspecify.annotations.NullMarked;
