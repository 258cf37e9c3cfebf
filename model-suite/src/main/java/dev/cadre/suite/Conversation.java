// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The replies of one trial and its verdict. Immutable.
 *
 * @param model the id of the model that was asked
 * @param replies by {@linkplain Place place}, in the order in which each place got them
 */
record Conversation(Trial trial, String model, Verdict verdict, SortedMap<String, List<RecordedReply>> replies) {
    Conversation {
        var copy = new TreeMap<String, List<RecordedReply>>();
        replies.forEach((place, each) -> copy.put(place, List.copyOf(each)));
        replies = copy;
    }

    Conversation with(Verdict other) {
        return new Conversation(trial, model, other, replies);
    }

    long inputTokens() {
        return all().stream().mapToLong(RecordedReply::inputTokens).sum();
    }

    long outputTokens() {
        return all().stream().mapToLong(RecordedReply::outputTokens).sum();
    }

    private List<RecordedReply> all() {
        return replies.values().stream().flatMap(List::stream).toList();
    }

    Json.Obj toJson() {
        var calls = new ArrayList<Json>();
        replies.forEach((place, each) -> each.forEach(reply -> calls.add(reply.toJson(place))));
        return Json.obj()
                .with("exercise", trial.exercise())
                .with("repetition", trial.repetition())
                .with("model", model)
                .with("cause", verdict.cause().name())
                .with("detail", verdict.detail())
                .with("calls", new Json.Arr(calls));
    }

    static Conversation parse(String section, Json.Obj json) {
        var replies = new TreeMap<String, List<RecordedReply>>();
        for (Json call : json.items("calls")) {
            var object = (Json.Obj) call;
            replies.computeIfAbsent(object.string("at"), place -> new ArrayList<>())
                    .add(RecordedReply.parse(object));
        }
        return new Conversation(
                new Trial(section, json.string("exercise"), json.intValue("repetition")),
                json.string("model"),
                new Verdict(Cause.valueOf(json.string("cause")), json.string("detail")),
                replies);
    }
}
