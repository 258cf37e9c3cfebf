// SPDX-License-Identifier: Apache-2.0
/** Turns Java types into strict JSON schemas and model text into Java values; the only place that knows Jackson. */
@NullMarked
package dev.cadre.json;

import org.jspecify.annotations.NullMarked;
