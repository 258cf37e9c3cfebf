// SPDX-License-Identifier: Apache-2.0
/** Searches a code base as a crew: one graph of typed subtasks, planned and worked on by rules or by models. */
@NullMarked
package dev.cadre.examples.agent;

import org.jspecify.annotations.NullMarked;
