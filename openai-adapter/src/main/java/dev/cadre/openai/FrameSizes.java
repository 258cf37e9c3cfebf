// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Turn;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * Sizes of bodies that differ in the text of their one turn alone, such as those of a bulk: the rest is measured once. Safe
 * for use by many threads.
 */
final class FrameSizes {
    /** Of as many the size is kept; a type has one for each tier and sharded cache key. */
    private static final int MOST = 256;

    /** One byte, however it is written. */
    private static final String PLACE = "x";

    private static final long QUOTES = 2;

    private record Frame(ModelRequest request, List<Dialect> dialects) {}

    private final Map<Frame, Long> sizes = new ConcurrentHashMap<>();

    /**
     * The bytes of the request's body.
     *
     * @param dialects in which it may be written
     * @param measured the bytes of a body in the longest of them
     */
    long of(ModelRequest request, List<Dialect> dialects, ToLongFunction<ModelRequest> measured) {
        if (!(request.turns().size() == 1
                && request.turns().getFirst() instanceof Turn.User(String text, List<?> attachments)
                && attachments.isEmpty()
                && !text.isEmpty())) {
            return measured.applyAsLong(request);
        }
        var frame = new Frame(request.withTurns(List.of(new Turn.User(PLACE))), dialects);
        Long size = sizes.get(frame);
        if (size == null) {
            size = measured.applyAsLong(frame.request);
            if (sizes.size() >= MOST) {
                sizes.clear();
            }
            sizes.put(frame, size);
        }
        return size - PLACE.length() + written(text);
    }

    private static long written(String text) {
        try {
            return ServerJson.MAPPER.writeValueAsBytes(text).length - QUOTES;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a text cannot be written", e);
        }
    }
}
