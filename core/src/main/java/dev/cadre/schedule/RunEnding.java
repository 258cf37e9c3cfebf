// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Missing;
import dev.cadre.task.RunStatus;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Outcome;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param answer present if the status is complete or partial
 * @param failure present if the status is failed
 * @param outcomes every subtask's end, in plan order
 * @param missing what the answer lacks
 */
public record RunEnding(
        RunStatus status,
        @Nullable Object answer,
        @Nullable RunFailure failure,
        Map<String, Outcome<?>> outcomes,
        List<Missing> missing) {

    public RunEnding {
        outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes));
        missing = List.copyOf(missing);
    }
}
