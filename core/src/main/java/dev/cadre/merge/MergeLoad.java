// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.pool.ModelPools;
import dev.cadre.price.CountRange;
import dev.cadre.task.Limits;

/**
 * What there will be to merge, before there is any of it.
 *
 * @param goal the goal's text
 * @param context the goal's context; may be empty
 * @param outcomeBytes the UTF-8 bytes of all outcomes together
 */
public record MergeLoad(String goal, String context, CountRange outcomeBytes, ModelPools pools, Limits limits) {}
