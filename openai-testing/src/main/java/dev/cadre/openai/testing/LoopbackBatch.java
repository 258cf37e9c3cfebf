// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.util.Map;

/**
 * A batch as the loopback server knows it at one instant.
 *
 * @param number its number in order of arrival, from 1
 * @param id such as {@code batch_1}
 * @param status the provider's word: {@code validating}, {@code in_progress}, {@code finalizing}, {@code completed},
 *     {@code failed}, {@code expired}, {@code cancelling} or {@code cancelled}
 * @param endpoint where its requests go, such as {@code /v1/responses}
 * @param metadata what the client noted on it
 * @param requests how many requests it has; 0 until it is validated
 * @param answered how many of them have an answer
 * @param failed how many of them failed, expired or were cancelled
 */
public record LoopbackBatch(
        int number,
        String id,
        String status,
        String endpoint,
        Map<String, String> metadata,
        int requests,
        int answered,
        int failed) {
    public LoopbackBatch {
        metadata = Map.copyOf(metadata);
    }
}
