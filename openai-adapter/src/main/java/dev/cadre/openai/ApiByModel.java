// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelRequest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which API each model of a server is asked over, if the user has not said it. A gateway has models of both: what one
 * model has found out is the first guess for another, and decides nothing for it.
 *
 * <p>Safe for use by many threads.
 */
final class ApiByModel {
    /** Null while it is to be found out. */
    private final @Nullable Api declared;

    private final Map<String, ApiOfModel> models = new HashMap<>();

    ApiByModel(@Nullable Api declared) {
        this.declared = declared;
    }

    /** The API in which a request is asked next, by the usual name of its cap. */
    synchronized Api of(ModelRequest request) {
        ApiOfModel known = models.get(request.model());
        return declared != null || known == null ? guess() : known.of(request, guess());
    }

    /** The API in which a request of a model is asked of which nothing is known yet. */
    synchronized Api of(String model) {
        ApiOfModel known = models.get(model);
        return declared != null || known == null ? guess() : known.first(guess());
    }

    /** The first guess for a model of which nothing is known. */
    synchronized Api guess() {
        if (declared != null) {
            return declared;
        }
        boolean seemsToLackResponses = models.values().stream().noneMatch(known -> known.isSettledAt(Api.RESPONSES))
                && models.values().stream().anyMatch(known -> known.first(Api.RESPONSES) == Api.CHAT_COMPLETIONS);
        return seemsToLackResponses ? Api.CHAT_COMPLETIONS : Api.RESPONSES;
    }

    boolean isDeclared() {
        return declared != null;
    }

    synchronized boolean hasAnswered(String model, Api at) {
        return known(model).hasAnswered(at.usual());
    }

    synchronized boolean hasAnswered(String model) {
        return known(model).hasAnswered();
    }

    /** A reply came from the address of an API, in the form of that API or of the other. */
    synchronized void answered(Api at, ModelRequest request, boolean isInItsForm) {
        known(request.model()).answered(at.usual(), request, isInItsForm);
    }

    /**
     * An API gave no answer; says whether another attempt of the request goes another way.
     *
     * @param at the API that was asked
     */
    synchronized boolean rebuffed(Api at, ModelRequest request, Rebuff rebuff) {
        return declared == null && known(request.model()).rebuffed(at.usual(), request, rebuff);
    }

    /** The Responses API ignores the form of answers; says whether the model is asked over the other from now on. */
    synchronized boolean leavesForForm(String model) {
        return declared == null && known(model).leavesForForm();
    }

    private ApiOfModel known(String model) {
        return models.computeIfAbsent(model, id -> new ApiOfModel());
    }
}
