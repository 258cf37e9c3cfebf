// SPDX-License-Identifier: Apache-2.0
/** The port to any language model: requests, replies and failures. */
@NullMarked
package dev.cadre.model;

import org.jspecify.annotations.NullMarked;
