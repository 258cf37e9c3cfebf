// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelException;
import java.util.Optional;

/** How an API took a request of a model that it has never answered: what may say that it does not have the model. */
enum Rebuff {
    /** There is no such address. */
    ABSENT,
    /** The request, its key or its model is refused, which costs nothing: in such words servers also speak of the API. */
    REFUSED,
    /** Something that is neither an answer nor a refusal: a page, an empty object, a 500. It may cost money. */
    STRANGE;

    /** What a failure may say of the API; empty if it is one of load, of money, or of a call that was billed. */
    static Optional<Rebuff> of(ModelException failure) {
        if (failure.billed().isPresent()) {
            return Optional.empty(); // a bill is one of this API
        }
        return switch (failure) {
            case ModelException.Unreachable address ->
                Optional.of(ABSENT).filter(absent -> address.reach() != ModelException.Reach.RUN);
            case ModelException.InvalidRequest refused -> Optional.of(REFUSED).filter(any -> refused.status() >= 400);
            case ModelException.AuthFailed key -> Optional.of(REFUSED);
            case ModelException.UnknownModel model -> Optional.of(REFUSED);
            case ModelException.MalformedReply none -> Optional.of(STRANGE);
            case ModelException.ServerFailed failed ->
                Optional.of(STRANGE).filter(any -> failed.status() == 500 || failed.status() == 200);
            default -> Optional.empty();
        };
    }
}
