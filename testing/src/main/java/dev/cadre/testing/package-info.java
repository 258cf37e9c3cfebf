// SPDX-License-Identifier: Apache-2.0
/** Stand-ins for models and providers, for tests without a key. */
@NullMarked
package dev.cadre.testing;

import org.jspecify.annotations.NullMarked;
