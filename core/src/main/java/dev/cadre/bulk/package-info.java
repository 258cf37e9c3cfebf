// SPDX-License-Identifier: Apache-2.0
/** Performs one kind of work on a stream of inputs. */
@NullMarked
package dev.cadre.bulk;

import org.jspecify.annotations.NullMarked;
