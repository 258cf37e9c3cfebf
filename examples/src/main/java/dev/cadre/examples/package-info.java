// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.cadre.examples;

import org.jspecify.annotations.NullMarked;
