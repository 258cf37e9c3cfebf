// SPDX-License-Identifier: Apache-2.0
/** Tells characters that only show from those that steer or hide. */
@NullMarked
package dev.cadre.cli.text;

import org.jspecify.annotations.NullMarked;
