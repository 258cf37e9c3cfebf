// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which API each model of a server is asked over, if the user has not said it. A gateway has models of both: what one
 * model has found out is the first guess for another, which goes back on its own where the guess is wrong.
 *
 * <p>Safe for use by many threads.
 */
final class ApiByModel {
    /** A server that has no such address may say so in any way: with a page, a 500, an empty object. */
    private static final int MOST_STRANGE_REPLIES = 2;

    /** So often may gateways refuse the first requests of a model; a server that has neither API is left soon. */
    private static final int MOST_SWITCHES = 7;

    /** Null while it is to be found out. */
    private final @Nullable Api declared;

    private final Map<String, Known> models = new HashMap<>();

    /** How often the address of the Responses API has answered with something strange, as long as it never answered well. */
    private int strangeReplies;

    /** The first guess for a model of which nothing is known. */
    private boolean seemsToLackResponses;

    /** What is known of one model. */
    private static final class Known {
        private @Nullable Api chosen;
        private final Set<Api> answered = EnumSet.noneOf(Api.class);
        private int switches;
        private boolean isRefusedAtResponses;
        private boolean hasLeftForForm;
        private boolean cameBack;

        private boolean mayBeAskedAtResponses() {
            return answered.contains(Api.RESPONSES) || (!isRefusedAtResponses && !cameBack);
        }
    }

    ApiByModel(@Nullable Api declared) {
        this.declared = declared;
    }

    /** The API, by the usual name of its cap. */
    synchronized Api of(String model) {
        if (declared != null) {
            return declared;
        }
        Known known = models.get(model);
        return known == null || known.chosen == null ? guess() : known.chosen;
    }

    /** The first guess. */
    synchronized Api guess() {
        if (declared != null) {
            return declared;
        }
        return seemsToLackResponses ? Api.CHAT_COMPLETIONS : Api.RESPONSES;
    }

    boolean isDeclared() {
        return declared != null;
    }

    synchronized boolean hasAnswered(String model, Api at) {
        return known(model).answered.contains(usual(at));
    }

    synchronized boolean hasAnswered(String model) {
        return !known(model).answered.isEmpty();
    }

    /** A reply came from the address of an API, in the form of that API or of the other. */
    synchronized void answered(Api at, String model, boolean isInItsForm) {
        Known known = known(model);
        known.answered.add(usual(at));
        if (at != Api.RESPONSES || declared != null) {
            return;
        }
        if (isInItsForm) {
            seemsToLackResponses = false;
            if (!known.answered.contains(Api.CHAT_COMPLETIONS) && !known.hasLeftForForm) {
                known.chosen = Api.RESPONSES;
            }
        } else if (known.switches == 0 && !known.cameBack) {
            leave(known);
        }
    }

    /**
     * An API was refused as one that is not there; says whether the next request goes to another.
     *
     * @param at the API that was asked
     */
    synchronized boolean refused(Api at, String model) {
        Known known = known(model);
        if (declared != null || known.answered.contains(usual(at))) {
            return false;
        }
        if (of(model) != usual(at)) {
            return true; // another call has learned it meanwhile
        }
        if (at != Api.RESPONSES && known.answered.contains(Api.RESPONSES)) {
            goBack(known);
            return true;
        }
        known.isRefusedAtResponses |= at == Api.RESPONSES;
        if (known.switches >= MOST_SWITCHES) {
            return false;
        }
        if (at == Api.RESPONSES) {
            leave(known);
        } else {
            known.switches++;
            known.chosen = Api.RESPONSES;
            seemsToLackResponses = false;
        }
        return true;
    }

    /** Something strange came from the Responses API; says whether the next request goes to the other. */
    synchronized boolean strange(String model) {
        Known known = known(model);
        boolean isThere = models.values().stream().anyMatch(each -> each.answered.contains(Api.RESPONSES));
        if (declared != null || isThere || known.cameBack || known.switches > 1) {
            return false;
        }
        if (++strangeReplies < MOST_STRANGE_REPLIES) {
            return false;
        }
        leave(known);
        return true;
    }

    /**
     * Chat Completions failed a model that it has never answered; says whether the next request goes to the Responses API:
     * it has answered the model, or has never refused it.
     */
    synchronized boolean failedAtChat(String model) {
        Known known = known(model);
        if (declared != null || known.answered.contains(Api.CHAT_COMPLETIONS)) {
            return false;
        }
        if (of(model) == Api.RESPONSES) {
            return known.cameBack || known.answered.contains(Api.RESPONSES); // another call has learned it meanwhile
        }
        if (!known.mayBeAskedAtResponses()) {
            return false;
        }
        goBack(known);
        return true;
    }

    /** The Responses API ignores the form of answers; says whether the model is asked over the other from now on. */
    synchronized boolean leavesForForm(String model) {
        Known known = known(model);
        if (declared != null || known.cameBack) {
            return false;
        }
        known.hasLeftForForm = true;
        leave(known);
        return true;
    }

    private void leave(Known known) {
        if (known.chosen != Api.CHAT_COMPLETIONS) {
            known.switches++;
            known.chosen = Api.CHAT_COMPLETIONS;
        }
        boolean isThereForOthers =
                models.values().stream().anyMatch(each -> each != known && each.answered.contains(Api.RESPONSES));
        seemsToLackResponses |= !isThereForOthers;
    }

    private void goBack(Known known) {
        known.cameBack = true;
        known.hasLeftForForm = false;
        known.chosen = Api.RESPONSES;
        seemsToLackResponses = false;
    }

    private Known known(String model) {
        return models.computeIfAbsent(model, id -> new Known());
    }

    private static Api usual(Api api) {
        return api == Api.RESPONSES ? Api.RESPONSES : Api.CHAT_COMPLETIONS;
    }
}
