// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.errors.OpenAIServiceException;
import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import java.util.Optional;

/**
 * One request in the dialect in which it is sent.
 *
 * @param isStreamed whether the reply is asked for as a stream
 */
record Wording(Dialects dialects, Dialect dialect, ModelRequest request, boolean isStreamed) {
    private static final int FORBIDDEN = 403;

    static Wording of(Dialects dialects, ModelRequest request, CallContext context) {
        Dialect dialect = dialects.of(request);
        return new Wording(dialects, dialect, request, dialect.isStreamed(context.wantsText()));
    }

    /**
     * The reply of an exchange, with the notes on its wording.
     *
     * @param body the body that is sent
     * @throws ModelException.Adapted if the server refused this wording, and another attempt will have another
     */
    ModelReply understood(Failures failures, Object body, CallTrace.Traced<ServedReply> exchange) throws Exception {
        CallTrace.asks(() -> OwnWords.of(sent(body)));
        try {
            return dialects.checked(dialect, request, exchange.run());
        } catch (OpenAIServiceException refused) {
            ModelException meaning = failures.refused(request.model(), refused);
            if (meaning instanceof ModelException.Unreachable) {
                throw meaning;
            }
            Optional<ModelException> adapted = dialects.learn(dialect, request, sent(body), CallTrace.refusal());
            if (adapted.isPresent()) {
                throw adapted.get();
            }
            // a key that has been taken may lack the right to a file, which is said with 403 and the names of a wrong
            // key
            boolean isDoubtOfTheKey = meaning instanceof ModelException.AuthFailed
                    && (refused.statusCode() == FORBIDDEN || !Failures.provesWrongKey(refused))
                    && dialects.doubtsErrors(request.model());
            if (isDoubtOfTheKey) {
                throw ofThisCall(meaning);
            }
            throw refused;
        } catch (ModelException inside) {
            throw dialects.doubtsErrors(request.model()) ? ofThisCall(inside) : inside;
        }
    }

    /** The same failure, which may be that of one server behind a gateway: many of its kind in a row are of all calls. */
    private static ModelException ofThisCall(ModelException failure) {
        return switch (failure) {
            case ModelException.AuthFailed key -> key.suspected();
            case ModelException.QuotaExhausted money -> money.suspected();
            case ModelException.UnknownModel model -> model.suspected();
            default -> failure;
        };
    }

    /** What the end of an exchange means for the next one. */
    ModelException judged(ModelException failure) {
        return dialects.judged(dialect, request, failure);
    }

    private ObjectNode sent(Object body) {
        ObjectNode sent = ServerJson.MAPPER.valueToTree(body);
        return isStreamed ? sent.put("stream", true) : sent; // the SDK adds it where nobody sees it
    }
}
