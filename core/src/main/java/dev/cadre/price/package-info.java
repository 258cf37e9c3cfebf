// SPDX-License-Identifier: Apache-2.0
/** What does it cost? */
@NullMarked
package dev.cadre.price;

import org.jspecify.annotations.NullMarked;
