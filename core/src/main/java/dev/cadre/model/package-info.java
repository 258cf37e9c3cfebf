// SPDX-License-Identifier: Apache-2.0
/** The port to any language model: what is asked, what comes back, and how a call can fail. */
@NullMarked
package dev.cadre.model;

import org.jspecify.annotations.NullMarked;
