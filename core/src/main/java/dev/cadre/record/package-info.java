// SPDX-License-Identifier: Apache-2.0
/** Records runs in a journal, so that a later session resumes them. */
@NullMarked
package dev.cadre.record;

import org.jspecify.annotations.NullMarked;
