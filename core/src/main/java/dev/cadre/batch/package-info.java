// SPDX-License-Identifier: Apache-2.0
/** Decides what happens to the items of a bulk run that go to the provider in batches. */
@NullMarked
package dev.cadre.batch;

import org.jspecify.annotations.NullMarked;
