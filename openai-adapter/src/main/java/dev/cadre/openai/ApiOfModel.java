// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelRequest;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Over which API one model is asked.
 *
 * <ul>
 *   <li><i>Settled</i>: the first good answer settles the API. What fails there later is a failure of its request.
 *   <li><i>Open</i>: as long as neither API has answered, each request that one of them does not take goes to the other,
 *       whatever happens to others, see {@link AskedItem}. No request decides for the next ones: that of which less has
 *       gone wrong is asked first.
 *   <li><i>On trial</i>: the Responses API answers, but ignores the form of answers or writes chat completions. Chat
 *       Completions is settled if it answers; if it does not, the Responses API is, for good.
 * </ul>
 *
 * <p>Not safe for use by many threads.
 */
final class ApiOfModel {
    /** A single strange reply, such as a 500, is no reason to ask the other API first. */
    private static final int MOST_STRANGE_REPLIES = 2;

    /** So often may servers behind a gateway, each with one API, send a request to each other. */
    private static final int MOST_TURNS = 8;

    /** The same of a request where another has found neither API: each of them, and the first again. */
    private static final int MOST_TURNS_IN_VAIN = 3;

    /** More are not on their way at once; of one that is forgotten both APIs are asked anew. */
    private static final int MOST_ITEMS = 1_000;

    private final Set<Api> answered = EnumSet.noneOf(Api.class);
    private final Map<Api, Map<Rebuff, Integer>> rebuffs = new EnumMap<>(Api.class);
    private final Map<ModelRequest, AskedItem> items = new LinkedHashMap<>();
    private @Nullable Api settled;
    private boolean cameBack;
    private boolean wasInVain;

    boolean hasAnswered() {
        return !answered.isEmpty();
    }

    boolean hasAnswered(Api at) {
        return answered.contains(at);
    }

    boolean isSettledAt(Api api) {
        return settled == api;
    }

    int itemsOnTheirWay() {
        return items.size();
    }

    /** The API for a request. */
    Api of(ModelRequest request, Api guess) {
        AskedItem item = settled == null ? items.get(request) : null;
        return item == null ? first(guess) : item.next();
    }

    /** The API for a request of which nothing is known. */
    Api first(Api guess) {
        return preferred().orElse(guess);
    }

    /** What this model's own calls say. Strange replies may cost money, refusals do not. */
    Optional<Api> preferred() {
        if (settled != null) {
            return Optional.of(settled);
        }
        int stranger = moreAtResponses(Rebuff.STRANGE);
        if (Math.abs(stranger) >= MOST_STRANGE_REPLIES) {
            return better(stranger);
        }
        int moreAbsent = moreAtResponses(Rebuff.ABSENT);
        return better(moreAbsent == 0 ? moreAtResponses(Rebuff.REFUSED) : moreAbsent);
    }

    private static Optional<Api> better(int moreAtResponses) {
        return moreAtResponses == 0
                ? Optional.empty()
                : Optional.of(moreAtResponses > 0 ? Api.CHAT_COMPLETIONS : Api.RESPONSES);
    }

    private int moreAtResponses(Rebuff rebuff) {
        return count(Api.RESPONSES, rebuff) - count(Api.CHAT_COMPLETIONS, rebuff);
    }

    private int count(Api at, Rebuff rebuff) {
        return rebuffs.getOrDefault(at, Map.of()).getOrDefault(rebuff, 0);
    }

    /** An API gave an answer, in its own form or in that of the other. */
    void answered(Api at, ModelRequest request, boolean isInItsForm) {
        answered.add(at);
        items.remove(request);
        boolean isOnTrial = at == Api.RESPONSES && !isInItsForm && !cameBack;
        if (isOnTrial && settled != Api.CHAT_COMPLETIONS) {
            settle(Api.CHAT_COMPLETIONS);
        } else if (settled == null && !hasOneMishap(at)) {
            settle(at);
        }
    }

    /** Whether all that speaks against the Responses API is one strange reply: then it is asked once more. */
    private boolean hasOneMishap(Api answering) {
        return answering == Api.CHAT_COMPLETIONS
                && rebuffs.getOrDefault(Api.RESPONSES, Map.of()).equals(Map.of(Rebuff.STRANGE, 1));
    }

    private void settle(Api api) {
        settled = api;
        items.clear();
    }

    /** An API gave a request no answer; says whether the next attempt goes another way. */
    boolean rebuffed(Api at, ModelRequest request, Rebuff rebuff) {
        if (answered.contains(at)) {
            return false;
        }
        rebuffs.computeIfAbsent(at, api -> new EnumMap<>(Rebuff.class)).merge(rebuff, 1, Integer::sum);
        if (answered.contains(at.usualOther())) {
            cameBack |= settled == at;
            settle(at.usualOther());
            return true;
        }
        AskedItem item = items.computeIfAbsent(request, asked -> new AskedItem(at));
        boolean goesOn = item.goesOn(at, rebuff, wasInVain ? MOST_TURNS_IN_VAIN : MOST_TURNS);
        if (!goesOn) {
            items.remove(request);
            wasInVain |= rebuff == Rebuff.ABSENT;
        } else if (items.size() > MOST_ITEMS) {
            items.remove(items.keySet().iterator().next());
        }
        return goesOn;
    }

    /** The Responses API ignores the form of answers; says whether Chat Completions is tried. */
    boolean leavesForForm() {
        if (!cameBack) {
            settle(Api.CHAT_COMPLETIONS);
        }
        return !cameBack;
    }
}
