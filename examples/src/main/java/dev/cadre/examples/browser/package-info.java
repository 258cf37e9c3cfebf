// SPDX-License-Identifier: Apache-2.0
/** A browser as an environment that a model can operate. */
@NullMarked
package dev.cadre.examples.browser;

import org.jspecify.annotations.NullMarked;
