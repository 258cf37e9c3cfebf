// SPDX-License-Identifier: Apache-2.0
/** Answers a question about a code base with citations that were checked. */
@NullMarked
package dev.cadre.examples.search;

import org.jspecify.annotations.NullMarked;
