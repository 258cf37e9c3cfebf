// SPDX-License-Identifier: Apache-2.0
/** Makes LangChain4j's models and tools ours. */
@NullMarked
package dev.cadre.langchain4j;

import org.jspecify.annotations.NullMarked;
