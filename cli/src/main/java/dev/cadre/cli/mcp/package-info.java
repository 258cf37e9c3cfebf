// SPDX-License-Identifier: Apache-2.0
/** Serves tools over lines of JSON, as the Model Context Protocol says. */
@NullMarked
package dev.cadre.cli.mcp;

import org.jspecify.annotations.NullMarked;
