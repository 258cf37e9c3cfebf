// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which requests get which replies. */
public final class LoopbackRule {
    private final Predicate<LoopbackRequest> condition;
    private volatile Function<LoopbackRequest, LoopbackReply> answer = request ->
            LoopbackReply.error(400, "invalid_request_error", "no_reply", "the matching rule has no reply yet");

    LoopbackRule(Predicate<LoopbackRequest> condition) {
        this.condition = condition;
    }

    /** Gives the replies in this order; the last one for good. */
    public void replies(LoopbackReply first, LoopbackReply... next) {
        List<LoopbackReply> replies =
                Stream.concat(Stream.of(first), Stream.of(next)).toList();
        var given = new AtomicInteger();
        answers(request -> replies.get(Math.min(given.getAndIncrement(), replies.size() - 1)));
    }

    /** Gives a reply made from the request; called by many threads. */
    public void answers(Function<LoopbackRequest, LoopbackReply> answer) {
        this.answer = answer;
    }

    Optional<LoopbackReply> replyTo(LoopbackRequest request) {
        return condition.test(request) ? Optional.of(answer.apply(request)) : Optional.empty();
    }
}
