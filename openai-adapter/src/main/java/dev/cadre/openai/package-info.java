// SPDX-License-Identifier: Apache-2.0
/** Calls GPT models through the official OpenAI Java SDK; the only place that knows that SDK. */
@NullMarked
package dev.cadre.openai;

import org.jspecify.annotations.NullMarked;
