// SPDX-License-Identifier: Apache-2.0
/** Maps Java types to strict JSON schemas. */
@NullMarked
package dev.cadre.schema;

import org.jspecify.annotations.NullMarked;
