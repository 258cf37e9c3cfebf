// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers the calls of one trial from its recording, by place and ordinal, whatever their requests say. A call beyond the
 * recording fails at once and is kept as a miss. Safe for use by many threads.
 */
final class Player implements ModelClient {
    private final Conversation recorded;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Integer> played = new HashMap<>();
    private final List<String> misses = new ArrayList<>();

    Player(Conversation recorded) {
        this.recorded = recorded;
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) {
        RecordedReply reply = next(Place.of(context.purpose()));
        if (context.wantsText()) {
            context.text().accept(reply.text());
        }
        return reply.toReply(request.model());
    }

    private RecordedReply next(String place) {
        lock.lock();
        try {
            int ordinal = played.merge(place, 1, Integer::sum);
            List<RecordedReply> replies = recorded.replies().getOrDefault(place, List.of());
            if (ordinal > replies.size()) {
                misses.add("call %d of '%s'".formatted(ordinal, place));
                throw new NotRecordedException(
                        "%s has no recording of call %d of '%s'".formatted(recorded.trial(), ordinal, place));
            }
            return replies.get(ordinal - 1);
        } finally {
            lock.unlock();
        }
    }

    /** The model that was recorded. */
    String model() {
        return recorded.model();
    }

    /** The verdict of the replay: the given one, unless calls had no recording. */
    Verdict verdict(Verdict judged) {
        lock.lock();
        try {
            return misses.isEmpty()
                    ? judged
                    : new Verdict(
                            Cause.NOT_RECORDED,
                            "asks for %s; without: %s".formatted(String.join(", ", misses), judged));
        } finally {
            lock.unlock();
        }
    }

    /** The replies that nobody asked for, one line each; empty if all were played. */
    List<String> unplayed() {
        lock.lock();
        try {
            var rest = new ArrayList<String>();
            recorded.replies().forEach((place, replies) -> {
                int asked = played.getOrDefault(place, 0);
                if (asked < replies.size()) {
                    rest.add("%d of %d of '%s'".formatted(replies.size() - asked, replies.size(), place));
                }
            });
            return rest;
        } finally {
            lock.unlock();
        }
    }
}
