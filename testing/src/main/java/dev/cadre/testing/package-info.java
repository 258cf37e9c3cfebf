// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.cadre.testing;

import org.jspecify.annotations.NullMarked;
