// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.json.Json;
import dev.cadre.model.Finish;
import dev.cadre.model.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A conversation that is written by hand, for tests: the reply of the model at each place. */
final class Told {
    private static final Trial TRIAL = new Trial("told", "told", 1);

    private final TreeMap<String, List<RecordedReply>> replies = new TreeMap<>();

    static Told nothing() {
        return new Told();
    }

    /** A plan of these subtasks, see {@link #subtask}. */
    static Told plan(String... subtasks) {
        return nothing().at("plan", "{\"subtasks\":[%s]}".formatted(String.join(",", subtasks)));
    }

    /** A subtask as a model writes it; the id is that of the type, in single quotes what JSON has in double ones. */
    static String subtask(String type, String input) {
        return subtask(type, type, input);
    }

    static String subtask(String type, String id, String input) {
        return "{\"type\":\"%s\",\"id\":\"%s\",\"input\":%s}".formatted(type, id, json(input));
    }

    static String json(String text) {
        return text.replace('\'', '"');
    }

    Told work(String subtask, String reply) {
        return at("work " + subtask, json(reply));
    }

    Told calling(String subtask, String tool, String arguments) {
        var calls = List.of(new ToolCall("call-" + replies.size(), tool, json(arguments)));
        return at("work " + subtask, new RecordedReply("", Finish.TOOL_CALLS, calls, 100, 10));
    }

    /** The merged answer, without citations. */
    Told answer(String text) {
        var answer = Json.obj().with("answer", text);
        return at(
                "merge",
                Json.obj().with("answer", answer).with("citations", Json.arr()).write());
    }

    Told at(String place, String text) {
        return at(place, new RecordedReply(text, Finish.COMPLETE, List.of(), 100, 10));
    }

    private Told at(String place, RecordedReply reply) {
        replies.computeIfAbsent(place, unseen -> new ArrayList<>()).add(reply);
        return this;
    }

    Conversation conversation() {
        return new Conversation(TRIAL, "told-model", Verdict.PASSED, replies);
    }

    /** The verdict on an exercise whose model says this; every reply must have been asked for. */
    Verdict on(Exercise exercise) throws InterruptedException {
        var player = new Player(conversation());
        Verdict verdict = Suite.replayed(exercise, player);
        if (verdict.passed() && !player.unplayed().isEmpty()) {
            throw new AssertionError("nobody asked for " + player.unplayed());
        }
        return verdict;
    }
}
