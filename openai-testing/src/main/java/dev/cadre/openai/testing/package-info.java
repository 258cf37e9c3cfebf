// SPDX-License-Identifier: Apache-2.0
/** An OpenAI-compatible server on the loopback interface, scripted, with faults and a ledger of what it bills. */
@NullMarked
package dev.cadre.openai.testing;

import org.jspecify.annotations.NullMarked;
