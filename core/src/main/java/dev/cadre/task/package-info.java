// SPDX-License-Identifier: Apache-2.0
/** The vocabulary of work: what a subtask is, how subtasks depend on each other, and how each can end. */
@NullMarked
package dev.cadre.task;

import org.jspecify.annotations.NullMarked;
