// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Passes the calls of one trial on and keeps the replies. Failed calls are not kept: they say something about the server
 * and nothing about a reader. Safe for use by many threads.
 */
final class Recorder implements ModelClient {
    private final ModelClient real;
    private final ReentrantLock lock = new ReentrantLock();
    private final SortedMap<String, List<RecordedReply>> replies = new TreeMap<>();
    /** By place: of calls after which none succeeded there. */
    private final SortedMap<String, String> failures = new TreeMap<>();

    /** Whether a call was interrupted: the run had no more time for it. */
    private boolean cutOff;

    Recorder(ModelClient real) {
        this.real = real;
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
        String place = Place.of(context.purpose());
        try {
            ModelReply reply = real.call(request, context);
            keep(place, RecordedReply.of(reply));
            return reply;
        } catch (ModelException failed) {
            note(place, failed);
            throw failed;
        } catch (InterruptedException cut) {
            noteCut();
            throw cut;
        }
    }

    @Override
    public long sentBytes(ModelRequest request) {
        return real.sentBytes(request);
    }

    @Override
    public String masked(String text) {
        return real.masked(text);
    }

    private void keep(String place, RecordedReply reply) {
        lock.lock();
        try {
            replies.computeIfAbsent(place, unseen -> new ArrayList<>()).add(reply);
            failures.remove(place);
        } finally {
            lock.unlock();
        }
    }

    private void note(String place, ModelException failed) {
        lock.lock();
        try {
            failures.put(place, "%s: %s: %s".formatted(place, failed.getClass().getSimpleName(), failed.getMessage()));
        } finally {
            lock.unlock();
        }
    }

    private void noteCut() {
        lock.lock();
        try {
            cutOff = true;
        } finally {
            lock.unlock();
        }
    }

    /** The conversation so far, with the verdict or what hindered the model. */
    Conversation conversation(Trial trial, String model, Verdict verdict) {
        lock.lock();
        try {
            return new Conversation(trial, model, blamed(verdict), replies);
        } finally {
            lock.unlock();
        }
    }

    private Verdict blamed(Verdict verdict) {
        if (verdict.passed()) {
            return verdict;
        }
        if (cutOff) {
            return new Verdict(Cause.OUT_OF_TIME, verdict.detail());
        }
        return failures.isEmpty() ? verdict : new Verdict(Cause.SERVER_FAILED, String.join("; ", failures.values()));
    }
}
