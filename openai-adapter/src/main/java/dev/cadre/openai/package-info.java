// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.cadre.openai;

import org.jspecify.annotations.NullMarked;
